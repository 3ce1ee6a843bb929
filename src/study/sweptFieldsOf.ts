/** Which fields tell the experiments of a study apart. */

import { isRecord } from '../core/json.ts'

type Written = Readonly<Record<string, unknown>>

/** Dotted paths of the fields that not all experiments have alike, in the order they are found. A section is looked into. */
export function sweptFieldsOf(experiments: readonly Written[]): string[] {
  const swept = new Set<string>()
  const [first, ...others] = experiments
  if (first === undefined) return []
  for (const other of others) addDifferences(first, other, '', swept)
  return [...swept]
}

/** The value of a field by its dotted path; null when it was not written. */
export function fieldAt(written: Written, path: string): unknown {
  let at: unknown = written
  for (const key of path.split('.')) at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : null
  return at
}

function addDifferences(a: unknown, b: unknown, path: string, swept: Set<string>): void {
  // Experiments of a sweep share the sections in which they do not differ.
  if (a === b) return
  if ((isRecord(a) || a === undefined) && (isRecord(b) || b === undefined)) {
    const [left, right] = [a ?? {}, b ?? {}]
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      addDifferences(left[key], right[key], path === '' ? key : `${path}.${key}`, swept)
    }
  } else if (JSON.stringify(a) !== JSON.stringify(b)) swept.add(path)
}
