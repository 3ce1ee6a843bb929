/** Renames the keys of a sweep, whose fields are reached with dots. */

import { type Document, isMap, isSeq, type Pair, type YAMLMap } from 'yaml'
import { convertedNode, outcomeOf } from './convertedNode.ts'
import type { MigrationScope } from './migrateFields.ts'
import { nameOf, placeNew, removePair, renamePair } from './placeKey.ts'
import { fateOf } from './pythonKeys.ts'

export function migrateSweep(sweep: YAMLMap, scope: MigrationScope): void {
  for (const pair of [...sweep.items]) {
    if (!isSeq(pair.value) || !pair.value.items.some(isMap)) {
      migrateKey(pair, { map: sweep, isAxis: true }, scope)
      continue
    }
    renameGroup(pair, scope)
    for (const entry of pair.value.items.filter(isMap)) {
      for (const inner of [...entry.items]) migrateKey(inner, { map: entry, isAxis: false }, scope)
    }
  }
}

/** The name of a group is free, but for the backend that it begins with. */
function renameGroup(pair: Pair, { log, lineOf }: MigrationScope): void {
  const name = nameOf(pair) ?? ''
  const renamed = name.replace(/^transformers\./, 'pytorch.')
  if (renamed === name) return
  renamePair(pair, renamed)
  log.renamed.push({ from: `sweep.${name}`, to: `sweep.${renamed}`, line: lineOf(pair.key) })
}

/** A field with its values: of an axis, or of one alternative of a group. */
function migrateKey(
  pair: Pair,
  { map, isAxis }: { map: YAMLMap; isAxis: boolean },
  scope: MigrationScope,
): void {
  const { root, document, log, lineOf } = scope
  const name = nameOf(pair) ?? ''
  const line = lineOf(pair.key)
  const nodes: unknown[] = isSeq(pair.value) ? pair.value.items : [pair.value]
  const fate = fateOf(name.split('.')) ?? { to: name.split('.'), convert: (value) => ({ value }) }
  const outcomes = nodes.map((node) => outcomeOf(fate, node, document))
  const target = 'to' in fate ? fate.to.join('.') : name
  const why = findRival(map, target, pair) ? `${target} is there already` : whyNone(outcomes)
  if (why !== null) {
    removePair(map, pair)
    log.dropped.push({ key: `sweep.${name}`, why, line })
    return
  }
  // Null stands for "as by default".
  const choices = outcomes.map((outcome, index) =>
    'why' in outcome ? null : convertedNode(nodes[index], outcome.value, document),
  )
  const present = choices.filter((choice) => choice !== null)
  const isSame = name === target && present.every((choice) => nodes.includes(choice))
  if (isSame && present.length === nodes.length) return
  renamePair(pair, target)
  if (isAxis && present.length < choices.length) pair.value = groupOf(target, choices, document)
  else if (isSeq(pair.value)) pair.value.items = present
  // A single value that is a list needs one around it, not to be an axis itself.
  else pair.value = isSeq(present[0]) && isAxis ? document.createNode([present[0]]) : present[0]
  for (const more of outcomes.flatMap((one) => ('why' in one ? [] : (one.also ?? []))))
    placeNew(root, { ...more, before: null })
  log.renamed.push({ from: `sweep.${name}`, to: `sweep.${target}`, line })
}

type Outcome = ReturnType<typeof outcomeOf>

function whyNone(outcomes: readonly Outcome[]): string | null {
  const reasons = outcomes.flatMap((outcome) => ('why' in outcome ? [outcome.why] : []))
  return reasons.length === outcomes.length ? (reasons[0] ?? null) : null
}

const findRival = (map: YAMLMap, name: string, pair: Pair): boolean =>
  map.items.some((other) => other !== pair && nameOf(other) === name)

/** An axis has no way to say "as by default"; a group has. */
function groupOf(target: string, choices: readonly unknown[], document: Document): unknown {
  return document.createNode(choices.map((choice) => (choice === null ? {} : { [target]: choice })))
}
