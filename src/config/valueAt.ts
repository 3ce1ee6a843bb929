/** Looks into plain values by path. */

import { isRecord } from '../core/json.ts'

type Path = readonly (string | number)[]

/** The values on the way to `path`, as far as there are any: as many as the path has parts when the last one is there. */
export function trailAt(value: unknown, path: Path): unknown[] {
  const trail: unknown[] = []
  let at = value
  for (const part of path) {
    if (Array.isArray(at) && typeof part === 'number' && part < at.length) at = at[part]
    else if (isRecord(at) && Object.hasOwn(at, part)) at = at[String(part)]
    else break
    trail.push(at)
  }
  return trail
}

/** Undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.length === 0 ? value : trailAt(value, path)[path.length - 1]
}

export function hasAt(value: unknown, path: Path): boolean {
  return trailAt(value, path).length === path.length
}
