/** Gives a problem its place: file, line and column, or the override that it stems from. */

import { isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml'
import type { Problem } from '../core/problem.ts'
import { isWithin } from './isWithin.ts'
import type { Override } from './overrides.ts'
import type { YamlSource } from './parseYaml.ts'
import { startOf } from './startOf.ts'
import type { StudyLayer } from './studyLayer.ts'
import { trailAt } from './valueAt.ts'
import { isMerge, mergeSourcesOf } from './yamlReferences.ts'

type Path = readonly (string | number)[]

/** `layers` from the study itself down to its last base; empty when all comes from overrides. A problem that has a place keeps it. */
export function placeProblem(
  problem: Problem,
  layers: readonly StudyLayer[],
  overrides: readonly Override[],
): Problem {
  if (problem.line !== undefined || problem.origin !== undefined) return problem
  const named = layers.filter(({ file }) => file === problem.file)
  const [layer, depth] = layerOf(named.length > 0 ? named : layers, problem.path)
  const override =
    overrides.findLast(({ path }) => isWithin(problem.path, path)) ??
    overrides.findLast(({ path }) => hasMade(path, problem.path, depth))
  if (override !== undefined) return { ...problem, origin: override.origin }
  if (layer === undefined) return problem
  const file = layer === layers[0] ? {} : { file: layer.file }
  return { ...problem, ...file, ...positionIn(layer.source, problem) }
}

/** The uppermost of the layers that reach furthest towards `path`, and how far it reaches. */
export function layerOf(
  layers: readonly StudyLayer[],
  path: Path,
): [layer: StudyLayer | undefined, depth: number] {
  const depths = layers.map(({ value }) => trailAt(value, path).length)
  const depth = Math.max(0, ...depths)
  return [layers[depths.indexOf(depth)] ?? layers[0], depth]
}

/** True when the override made the section with the problem, which no file has. */
function hasMade(set: Path, at: Path, depthInFile: number): boolean {
  const depth = set.findIndex((part, index) => part !== at[index])
  return depthInFile < at.length && depth > depthInFile
}

function positionIn(source: YamlSource | null, { path, isKey }: Problem) {
  if (source === null) return {}
  const trail = trailOf(source, path)
  const last = trail.at(-1)
  const isWhole = trail.length === path.length
  const offset =
    last === undefined
      ? startOf(source.document.contents)
      : isWhole && isKey !== true
        ? (startOf(last.value) ?? startOf(last.key))
        : (startOf(last.key) ?? startOf(last.value))
  return source.positionOf(offset ?? 0)
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
