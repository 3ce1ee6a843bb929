/** Which fields tell the experiments of a study apart. */

import { isRecord } from '../core/json.ts'

/** An experiment as it was written, and the backend that it means. */
export interface WrittenExperiment {
  backend: string
  declared: Readonly<Record<string, unknown>>
}

/**
 * Dotted paths of the fields that not all experiments have alike, in the order they are found. A section is looked into;
 * that of a backend is compared among its own experiments.
 */
export function sweptFieldsOf(experiments: readonly WrittenExperiment[]): string[] {
  const swept = new Set<string>()
  const firsts = new Map<string, WrittenExperiment>()
  const [first] = experiments
  if (first === undefined) return []
  for (const { backend, declared } of experiments) {
    const own = firsts.get(backend) ?? { backend, declared }
    firsts.set(backend, own)
    if (backend !== first.backend) swept.add('backend')
    const compare = (key: string): void => {
      // An experiment has no section of another backend, and its own backend is known.
      if (key === 'backend' || (key === first.backend && key !== backend)) return
      const reference = key === backend ? own : first
      addDifferences(reference.declared[key], declared[key], key, swept)
    }
    for (const key in first.declared) compare(key)
    for (const key in declared) if (!Object.hasOwn(first.declared, key)) compare(key)
  }
  return [...swept]
}

/** Reads one field by its dotted path; null where it was not written. */
export function fieldReader(path: string): (experiment: WrittenExperiment) => unknown {
  const keys = path.split('.')
  if (path === 'backend') return ({ backend }) => backend
  return ({ declared }) => {
    let at: unknown = declared
    for (const key of keys) at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : null
    return at
  }
}

function addDifferences(a: unknown, b: unknown, path: string, swept: Set<string>): void {
  // Experiments of a sweep share the sections in which they do not differ.
  if (a === b || swept.has(path)) return
  if ((isRecord(a) || a === undefined) && (isRecord(b) || b === undefined)) {
    const [left, right] = [a ?? {}, b ?? {}]
    for (const key in left) addDifferences(left[key], right[key], `${path}.${key}`, swept)
    for (const key in right)
      if (!Object.hasOwn(left, key)) addDifferences(undefined, right[key], `${path}.${key}`, swept)
  } else if (JSON.stringify(a) !== JSON.stringify(b)) swept.add(path)
}
