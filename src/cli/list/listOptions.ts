/** Every key that a study file may hold: what it expects, its default and its meaning, from the schema itself. */

import { z } from 'zod'
import { describeSchema } from '../../config/describeSchema.ts'
import type { Sections } from '../../config/experimentSchema.ts'
import { allKeyPaths, keysOf, schemaAt } from '../../config/schemaNode.ts'
import { studySchema } from '../../config/studyConfig.ts'
import { type Json, toJson } from '../../core/json.ts'
import { formatPath } from '../../core/problem.ts'
import type { TextOptions } from '../../report/renderWarnings.ts'
import { wrapWords } from '../../report/wrapRow.ts'

export interface OptionEntry {
  /** The path as `--set` takes it: `decoder.temperature`. */
  key: string
  expects: string
  /** Null when there is none: the key may be left out, or must be written. */
  default: Json
  meaning: string
}

/** In the order of the schema; sections are not listed, what is in them is. */
export function listOptions(sections: Sections): OptionEntry[] {
  const root = z.toJSONSchema(studySchema(sections), { io: 'input', unrepresentable: 'any' })
  return allKeyPaths(root).flatMap((path) => {
    const node = schemaAt(root, path)
    if (node === null || keysOf(node).length > 0) return []
    return [
      {
        key: formatPath(path),
        expects: describeSchema(node),
        default: toJson(node.default),
        meaning: node.description ?? '',
      },
    ]
  })
}

/** Key, what it expects and its default on one line, its meaning below. */
export function renderOptions(
  options: readonly OptionEntry[],
  { width, paint }: TextOptions,
): string {
  if (options.length === 0) return 'it has no keys\n'
  const indent = '    '
  return options
    .flatMap(({ key, expects, default: fallback, meaning }) => [
      `${paint.bold(key)}  ${expects}${fallback === null ? '' : `; default ${JSON.stringify(fallback)}`}`,
      ...wrapWords(meaning, Math.max(30, width - indent.length)).map((line) =>
        paint.dim(`${indent}${line}`),
      ),
    ])
    .map((line) => `${line}\n`)
    .join('')
}
