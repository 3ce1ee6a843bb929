/** Renames and moves the keys of a study, or of one of its entries, in place: a key moves with its comments. */

import { type Document, isMap, isNode, isScalar, type Pair, type YAMLMap } from 'yaml'
import { convertedNode, nullMeans, outcomeOf } from './convertedNode.ts'
import type { MigrationLog } from './migrationLog.ts'
import { findPair, nameOf, placeKey, placeNew, removePair } from './placeKey.ts'
import { type Fate, fateOf, isPythonSection } from './pythonKeys.ts'

export interface MigrationScope {
  /** What our keys are paths in. */
  root: YAMLMap
  document: Document
  log: MigrationLog
  /** What is before our root in the names of keys: `experiments[0].`. */
  prefix: string
  /** Line of a node in the file. */
  lineOf(node: unknown): number
}

export function migrateFields(scope: MigrationScope): void {
  migrateSection(scope.root, [], null, scope)
}

/** Returns the outermost keys of what moved out. `anchor` is the outermost key above the section: what moves is put before it. */
function migrateSection(
  map: YAMLMap,
  path: readonly string[],
  anchor: Pair | null,
  scope: MigrationScope,
): Pair[] {
  return [...map.items].flatMap((pair) => {
    const at = [...path, nameOf(pair) ?? '']
    const before = anchor ?? pair
    if (isMap(pair.value) && isPythonSection(at)) {
      const moved = migrateSection(pair.value, at, before, scope)
      if (pair.value.items.length === 0) removeEmptied(map, pair, pair.value, moved[0])
      return moved
    }
    const fate = fateOf(at)
    if (fate !== null) return settle(fate, { pair, map, at, before }, scope)
    if (isScalar(pair.value) && pair.value.value === null) {
      removePair(map, pair)
      logDropped(at, nullMeans, pair, scope)
    }
    return []
  })
}

interface Found {
  pair: Pair
  map: YAMLMap
  at: readonly string[]
  before: Pair
}

/** Returns our outermost key when the value moved to another section. */
function settle(fate: Fate, { pair, map, at, before }: Found, scope: MigrationScope): Pair[] {
  const next = map.items[map.items.indexOf(pair) + 1] ?? null
  const outcome = outcomeOf(fate, pair.value, scope.document)
  if ('why' in outcome) {
    removePair(map, pair)
    logDropped(at, outcome.why, pair, scope)
    return []
  }
  const { to, replaces, also = [] } = outcome
  const value = convertedNode(pair.value, outcome.value, scope.document)
  if (value === pair.value && to.join('.') === at.join('.')) return []
  removePair(map, pair)
  if (replaces === true) removeAt(scope.root, to)
  pair.value = value
  const staysHere = at.slice(0, -1).join('.') === to.slice(0, -1).join('.')
  const isPlaced = staysHere
    ? placeKey(map, { path: to.slice(-1), pair, before: next })
    : placeKey(scope.root, { path: to, pair, before })
  if (!isPlaced) {
    logDropped(at, `${to.join('.')} is there already`, pair, scope)
    return []
  }
  for (const more of also) placeNew(scope.root, { ...more, before })
  const { prefix, log, lineOf } = scope
  log.renamed.push({
    from: `${prefix}${at.join('.')}`,
    to: `${prefix}${to.join('.')}`,
    line: lineOf(pair.key),
  })
  const outermost = findPair(scope.root, to[0] ?? '')
  return staysHere || outermost === undefined ? [] : [outermost]
}

function logDropped(
  at: readonly string[],
  why: string,
  pair: Pair,
  { log, lineOf, prefix }: MigrationScope,
): void {
  log.dropped.push({ key: `${prefix}${at.join('.')}`, why, line: lineOf(pair.key) })
}

function removeAt(root: YAMLMap, [name = '', ...rest]: readonly string[]): void {
  const pair = findPair(root, name)
  if (pair === undefined) return
  if (rest.length === 0) removePair(root, pair)
  else if (isMap(pair.value)) removeAt(pair.value, rest)
}

/** A section that nothing is left of. Its comments go to the first key that came of it, or to what follows. */
function removeEmptied(map: YAMLMap, pair: Pair, section: YAMLMap, heir: Pair | undefined): void {
  const next = map.items[map.items.indexOf(pair) + 1]
  removePair(map, pair)
  if (isNode(pair.key) && heir !== undefined) {
    prependComment(heir, [pair.key.commentBefore, section.commentBefore])
    if (isNode(heir.key) && pair.key.spaceBefore) heir.key.spaceBefore = true
  }
  if (section.flow === true) {
    if (isNode(heir?.value)) heir.value.comment ??= section.comment ?? null
  } else if (next !== undefined) prependComment(next, [section.comment])
  else map.comment = joinComments([section.comment, map.comment])
}

function prependComment({ key }: Pair, comments: readonly Comment[]): void {
  if (isNode(key)) key.commentBefore = joinComments([...comments, key.commentBefore])
}

type Comment = string | null | undefined

function joinComments(comments: readonly Comment[]): string | null {
  const written = comments.filter((comment) => typeof comment === 'string')
  return written.length === 0 ? null : written.join('\n')
}
