/** The first prompts of a dataset file: found, stripped, ordered, cut, and no two alike. */

import type { Tokenizer } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { AppError } from '../core/errors.ts'
import { whyUnreadable } from '../core/files.ts'
import { seededRandom, shuffled } from '../core/random.ts'
import { type Warning, warn } from '../core/warnings.ts'
import { cutPrompt, type Prompt } from './cutPrompt.ts'
import { type Row, readRows } from './readRows.ts'

export interface PromptFile {
  path: string
  config: ExperimentConfig
  /** Null where the engine does not expose one. */
  tokenizer: Tokenizer | null
  needed: number
}

const promptColumns = ['prompt', 'text', 'instruction', 'input', 'question'] as const

/** Throws `DATASET_UNREADABLE`, and `DATASET_NO_PROMPTS` where there are fewer than `needed`. */
export async function takePrompts({ path, config, tokenizer, needed }: PromptFile): Promise<{
  prompts: Prompt[]
  warnings: Warning[]
}> {
  const { dataset: source, dataset_column: column } = config
  const columns = column === undefined ? promptColumns : [column]
  const skipped = { malformed: 0, withoutPrompt: 0 }
  const found = promptsOf({ rows: readRows(path), columns, skipped })
  const prompts = new Map<string, Prompt>()
  try {
    for await (const text of inOrder(found, config)) {
      const prompt = await cutPrompt(text, config.max_input_tokens, tokenizer)
      if (!prompts.has(prompt.text)) prompts.set(prompt.text, prompt)
      if (prompts.size === needed) break
    }
  } catch (cause) {
    throw new AppError(
      'DATASET_UNREADABLE',
      { source, cause: whyUnreadable(path, cause) },
      { cause },
    )
  }
  if (prompts.size < needed) {
    const usable = prompts.size
    throw new AppError('DATASET_NO_PROMPTS', {
      source,
      usable,
      needed,
      columns: columns.join(', '),
    })
  }
  const hasSkipped = skipped.malformed + skipped.withoutPrompt > 0
  return {
    prompts: [...prompts.values()],
    warnings: hasSkipped ? [warn('DATASET_ROWS_SKIPPED', { source, ...skipped })] : [],
  }
}

interface Found {
  text: string
  /** Where the row says it comes from; empty when it does not. */
  source: string
}

interface Rows {
  rows: AsyncIterable<Row>
  columns: readonly string[]
  skipped: { malformed: number; withoutPrompt: number }
}

/** The prompt of each row that has one; counts those that have none. */
async function* promptsOf({ rows, columns, skipped }: Rows): AsyncIterable<Found> {
  for await (const row of rows) {
    if (row === null) {
      skipped.malformed++
      continue
    }
    const texts = columns.map((column) => textOf(row[column]))
    const text = texts.find((candidate) => candidate !== '')
    if (text !== undefined) yield { text, source: textOf(row['source']) }
    else if (!isHeader(row)) skipped.withoutPrompt++
  }
}

/** As they stand (read only as far as they are taken), grouped by source in the order of its name, or shuffled. */
async function* inOrder(
  found: AsyncIterable<Found>,
  { dataset_order: order, random_seed: seed }: ExperimentConfig,
): AsyncIterable<string> {
  if (order === 'interleaved') {
    for await (const { text } of found) yield text
    return
  }
  const all: Found[] = []
  for await (const one of found) all.push(one)
  const ordered =
    order === 'shuffled'
      ? shuffled(all, seededRandom(seed))
      : all.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0))
  for (const { text } of ordered) yield text
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** A first line that tells where the data come from has keys that begin with an underscore. */
function isHeader(row: NonNullable<Row>): boolean {
  return Object.keys(row).some((key) => key.startsWith('_'))
}
