/** Lets overrides win over a whole study: over shared fields, over what the sweep varies, and over explicit entries. */

import { isRecord } from '../core/json.ts'
import { formatPath, type Problem } from '../core/problem.ts'
import { isWithin } from './isWithin.ts'
import { applyOverrides, type Override } from './overrides.ts'
import { isStudyKey } from './studyConfig.ts'
import { hasAt } from './valueAt.ts'

type Written = Readonly<Record<string, unknown>>

/** A new value, and a problem for each override that cannot be set. The value alone means what file and overrides mean together. */
export function overrideStudy(
  written: Written,
  overrides: readonly Override[],
  backends: readonly string[],
): { value: Record<string, unknown>; problems: Problem[] } {
  const ofFields = overrides.filter(({ path: [first = ''] }) => !isStudyKey(first))
  const chosen = ofFields.find(({ path }) => path.join() === 'backend')?.value
  const others = chosen === undefined ? [] : backends.filter((name) => name !== chosen)
  const own = withoutKeys(written, (key) => others.includes(key))
  const { sweep, problems: conflicts } = overrideSweep(own['sweep'], ofFields, others)
  const { experiments } = own
  const prepared = {
    ...withoutKeys(own, (key) => key === 'sweep'),
    ...(sweep === undefined ? {} : { sweep }),
    ...(Array.isArray(experiments)
      ? { experiments: experiments.map((entry) => overrideEntry(entry, ofFields, others)) }
      : {}),
  }
  const { value, problems } = applyOverrides(prepared, overrides)
  const bases = overrides
    .filter(({ path: [first] }) => first === 'base')
    .map(({ path, origin }) => ({ path, origin, message: 'expected a base in files only' }))
  return { value: isRecord(value) ? value : {}, problems: [...problems, ...conflicts, ...bases] }
}

/** A field with one given value is no axis any more. A sweep of nothing is one experiment. */
function overrideSweep(
  sweep: unknown,
  overrides: readonly Override[],
  otherBackends: readonly string[],
): { sweep: unknown; problems: Problem[] } {
  if (!isRecord(sweep) || overrides.length === 0) return { sweep, problems: [] }
  const isForeign = (key: string) => {
    const [first = '', ...rest] = key.split('.')
    return rest.length > 0 && otherBackends.includes(first)
  }
  const isGiven = (key: string) =>
    overrides.some(({ path }) => isWithin(key.split('.'), path)) && !isGroup(sweep[key])
  const left = withoutKeys(sweep, (key) => isForeign(key) || isGiven(key))
  const kept = Object.fromEntries(
    Object.entries(left).map(([key, value]) => [key, withoutFields(value, isForeign)]),
  )
  const problems = Object.keys(kept)
    .filter((key) => isGroup(kept[key]))
    .flatMap((key) =>
      overrides
        .filter(({ path }) => fieldsOf(kept[key]).some((field) => isWithin(field, path)))
        .map((override) => groupConflict(key, override)),
    )
  return { sweep: kept, problems }
}

/** The alternatives of a group without some of their fields; any other value as it is. */
function withoutFields(group: unknown, isLeftOut: (key: string) => boolean): unknown {
  if (!Array.isArray(group)) return group
  return group.map((entry: unknown) => (isRecord(entry) ? withoutKeys(entry, isLeftOut) : entry))
}

const isGroup = (value: unknown): boolean => Array.isArray(value) && value.some(isRecord)

const fieldsOf = (group: unknown): string[][] =>
  (Array.isArray(group) ? group : [])
    .flatMap((entry) => Object.keys(isRecord(entry) ? entry : {}))
    .map((key) => key.split('.'))

/** Which of the alternatives would be meant is not for us to guess. */
function groupConflict(key: string, { path, origin }: Override): Problem {
  return {
    path,
    origin,
    message: `expected a field that no group of the sweep sets, found ${formatPath(path)} in ${formatPath(['sweep', key])}`,
    hint: 'change the group in the file',
  }
}

/** What is given for all experiments replaces what an entry says of it; otherwise the shared fields have it. */
function overrideEntry(
  entry: unknown,
  overrides: readonly Override[],
  otherBackends: readonly string[],
): unknown {
  if (!isRecord(entry)) return entry
  const own = withoutKeys(entry, (key) => otherBackends.includes(key))
  const concerned = overrides.filter(({ path }) => hasAt(own, path))
  return applyOverrides(own, concerned).value
}

function withoutKeys(
  section: Written,
  isLeftOut: (key: string) => boolean,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).filter(([key]) => !isLeftOut(key)))
}
