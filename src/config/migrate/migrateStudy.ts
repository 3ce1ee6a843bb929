/** Rewrites a study of the Python tool in our words, comments kept, and says what became of every key. */

import { isMap, isSeq, type YAMLMap } from 'yaml'
import type { Parsed } from '../experimentSchema.ts'
import { parseYaml } from '../parseYaml.ts'
import { startOf } from '../startOf.ts'
import { type AddedKey, addDefaults } from './addDefaults.ts'
import { nullMeans } from './convertedNode.ts'
import { expandReferences } from './expandReferences.ts'
import { migrateFields } from './migrateFields.ts'
import { migrateSweep } from './migrateSweep.ts'
import type { MigrationLog } from './migrationLog.ts'

export interface Migration extends MigrationLog {
  /** The study in our words; as it was when no word of it was the Python tool's. */
  text: string
  /** Defaults of the Python tool that measure something else than ours, written out. */
  added: readonly AddedKey[]
  /** What is done differently here although the keys are right. */
  notes: readonly string[]
}

/** Problems are those of the text alone. */
export function migrateStudy(text: string): Parsed<Migration> {
  const { document, isReadable, problems, positionOf } = parseYaml(text)
  const root = document.contents
  if (!isReadable || problems.length > 0 || !isMap(root)) return { ok: false, problems }
  const log: MigrationLog = { renamed: [], dropped: [] }
  const lineOf = (node: unknown) => positionOf(startOf(node) ?? 0).line
  const scope = { root, document, log, lineOf, prefix: '' }
  expandReferences(document)
  migrateFields(scope)
  const [sweep, experiments] = [root.get('sweep'), root.get('experiments')]
  if (isMap(sweep)) migrateSweep(sweep, scope)
  for (const [index, entry] of (isSeq(experiments) ? experiments.items : []).entries())
    if (isMap(entry)) migrateFields({ ...scope, root: entry, prefix: `experiments[${index}].` })
  const isTheirs = log.renamed.length > 0 || log.dropped.some(({ why }) => why !== nullMeans)
  if (!isTheirs)
    return { ok: true, value: { text, renamed: [], dropped: [], added: [], notes: [] } }
  const added = addDefaults(root, log)
  // Long lines stay as they are, but for JSON, which may be one line only.
  const lineWidth = root.flow === true ? 80 : 0
  const rewritten = document.toString({ lineWidth, flowCollectionPadding: false })
  return { ok: true, value: { text: rewritten, ...inOrder(log), added, notes: notesOf(root) } }
}

function notesOf(root: YAMLMap): string[] {
  const decoder =
    'every request makes exactly max_output_tokens tokens, the likeliest ones, unless decoder says otherwise: the Python tool let the model stop by itself, and left the choice of tokens to the engine or sampled at temperature 1'
  const base =
    'a base is merged section by section, where the Python tool replaced whole sections; migrate that file as well'
  return root.has('base') ? [decoder, base] : [decoder]
}

function inOrder({ renamed, dropped }: MigrationLog): MigrationLog {
  const byLine = (a: { line: number }, b: { line: number }) => a.line - b.line
  return { renamed: renamed.toSorted(byLine), dropped: dropped.toSorted(byLine) }
}
