/** Random studies with one value or key that is certainly wrong. */

import fc from 'fast-check'
import { stringify } from 'yaml'
import { type ArbitraryStudy, arbitraryStudy } from './arbitraryStudy.ts'

type Path = readonly (string | number)[]

/** The texts of a study and of its base. */
export const textsOf = ({ study, base }: ArbitraryStudy): string[] =>
  [study, ...(base === null ? [] : [base])].map((value) => stringify(value))

/** The paths of every leaf and section of a value, elements of lists included. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, member]) =>
    pathsOf(member, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return path.length === 0 ? inner : [path, ...inner]
}

/** Values of a kind that no key of a study takes, so that the result is certainly wrong. */
const misfit = fc.oneof(
  fc.constant(null),
  fc.constant([['nested']]),
  fc.constant({ no_such_key: 1 }),
  fc.constant(-1.5),
)

type Mutation = (written: unknown, path: Path, value: unknown) => unknown
const setAt: Mutation = (written, [key, ...rest], value) => {
  if (key === undefined) return value
  if (Array.isArray(written))
    return written.map((one, index) => (index === key ? setAt(one, rest, value) : one))
  const section = typeof written === 'object' && written !== null ? written : {}
  const old = Object.entries(section).find(([name]) => name === key)?.[1]
  return { ...section, [key]: setAt(old, rest, value) }
}
const addKey: Mutation = (written, path, value) => {
  const isElement = typeof path.at(-1) === 'number'
  return setAt(written, isElement ? path : [...path.slice(0, -1), `${path.at(-1)}_zz`], value)
}

/** The texts of a study and of its base with one place spoiled. */
export const spoiledStudy = fc
  .tuple(arbitraryStudy, fc.nat(), misfit, fc.constantFrom(setAt, addKey))
  .map(([{ study, base }, pick, value, mutate]) => {
    const values = [study, ...(base === null ? [] : [base])]
    const places = values.flatMap((one, index) =>
      pathsOf(one)
        .filter(([first]) => first !== 'base')
        .map((path) => ({ index, path })),
    )
    const { index, path } = places[pick % places.length] ?? { index: 0, path: [] }
    return values.map((one, at) => stringify(at === index ? mutate(one, path, value) : one))
  })
