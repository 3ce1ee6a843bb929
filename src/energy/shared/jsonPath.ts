/** The value at a path of keys and positions in JSON: `StatusSNS.ENERGY.Power`, `meters[0].power`. */

import { isRecord } from '../../core/json.ts'

/** Undefined where the path leads nowhere. A backslash keeps a dot in a key: `switch:0.apower`, `a\.b`. */
export function valueAtPath(json: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined
    return isRecord(value) ? value[key] : undefined
  }, json)
}

const keysOf = (path: string): string[] =>
  path
    .replace(/\[(\d+)\]/g, '.$1')
    .split(/(?<!\\)\./)
    .filter((key) => key !== '')
    .map((key) => key.replaceAll('\\.', '.'))
