/** Parses a section once for each object that is given; the result is shared, so it must not be changed. */

import { type ZodType, z } from 'zod'

type Outcome<T> = z.ZodSafeParseResult<T>

/** A section that is absent parses like an empty one. */
export function rememberedParse<T>(schema: ZodType<T>): (written: unknown) => Outcome<T> {
  const known = new WeakMap<object, Outcome<T>>()
  const absent = {}
  return (written = absent) => {
    if (typeof written !== 'object' || written === null) return schema.safeParse(written)
    const before = known.get(written)
    if (before !== undefined) return before
    const outcome = schema.safeParse(written)
    known.set(written, outcome)
    return outcome
  }
}

/** The same as a schema, to stand for `schema` inside another. Its issues say only that something is wrong. */
export function remembered<T>(schema: ZodType<T>) {
  const parse = rememberedParse(schema)
  return z
    .unknown()
    .optional()
    .transform((written, context): T => {
      const outcome = parse(written)
      if (outcome.success) return outcome.data
      context.addIssue('invalid')
      return z.NEVER
    })
}
