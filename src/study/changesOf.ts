/** What changed between two texts of a study, field by field. Pure. */

import { parse } from 'yaml'
import { isRecord } from '../core/json.ts'
import { formatPath } from '../core/problem.ts'

type Path = readonly (string | number)[]

/** `decoder.top_k: 0 -> 5`, in the order of the fields; empty when both say the same. */
export function changesOf(before: string, now: string): string[] {
  return differences(parse(before, { merge: true }), parse(now, { merge: true }), [])
}

function differences(before: unknown, now: unknown, path: Path): string[] {
  if (isRecord(before) && isRecord(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)])
    return [...keys].flatMap((key) => differences(before[key], now[key], [...path, key]))
  }
  if (Array.isArray(before) && Array.isArray(now)) {
    const longer = before.length > now.length ? before : now
    return longer.flatMap((_, index) => differences(before[index], now[index], [...path, index]))
  }
  const [left, right] = [textOf(before), textOf(now)]
  return left === right ? [] : [`${formatPath(path)}: ${left} -> ${right}`]
}

const textOf = (value: unknown): string =>
  value === undefined ? '(not set)' : JSON.stringify(value)
