/** Gives a problem its place: line and column in the file, or the override that it stems from. */

import { isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml'
import type { Problem } from '../core/problem.ts'
import type { Override } from './overrides.ts'
import type { YamlSource } from './parseYaml.ts'
import { isMerge, mergeSourcesOf } from './yamlReferences.ts'

type Path = readonly (string | number)[]

/** A problem that has a place keeps it. */
export function placeProblem(
  problem: Problem,
  source: YamlSource | null,
  overrides: readonly Override[],
): Problem {
  if (problem.line !== undefined || problem.origin !== undefined) return problem
  const trail = source === null ? [] : trailOf(source, problem.path)
  const override = overrides.findLast((candidate) =>
    isCause(candidate.path, problem.path, trail.length),
  )
  if (override !== undefined) return { ...problem, origin: override.origin }
  if (source === null) return problem
  const last = trail.at(-1)
  const isWhole = trail.length === problem.path.length
  const offset =
    last === undefined
      ? startOf(source.document.contents)
      : isWhole && problem.isKey !== true
        ? (startOf(last.value) ?? startOf(last.key))
        : (startOf(last.key) ?? startOf(last.value))
  return { ...problem, ...source.positionOf(offset ?? 0) }
}

/** True when the override set the value with the problem, or made the section that the file does not have. */
function isCause(set: Path, at: Path, depthInFile: number): boolean {
  const shared = set.findIndex((part, index) => part !== at[index])
  const depth = shared < 0 ? set.length : shared
  return depth === set.length || (depthInFile < at.length && depth > depthInFile)
}

interface Step {
  key: unknown
  value: unknown
}

/** The keys and values on the way to `path`, as far as the file has them. */
function trailOf({ document }: YamlSource, path: Path): Step[] {
  const trail: Step[] = []
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  const find = (node: unknown, part: string | number): Step | undefined => {
    if (isSeq(node))
      return typeof part === 'number' && part < node.items.length
        ? { key: null, value: node.items[part] }
        : undefined
    if (!isMap(node)) return undefined
    const pair = node.items.findLast((item) => keyOf(item) === String(part))
    if (pair !== undefined) return pair
    return node.items
      .filter(isMerge)
      .flatMap((merge) => mergeSourcesOf(merge.value))
      .map((merged) => find(resolve(merged), part))
      .find((step) => step !== undefined)
  }
  let at: unknown = document.contents
  for (const part of path) {
    const step = find(resolve(at), part)
    if (step === undefined) break
    trail.push(step)
    at = step.value
  }
  return trail
}

const keyOf = ({ key }: Pair): string | null => (isScalar(key) ? String(key.value) : null)

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}
