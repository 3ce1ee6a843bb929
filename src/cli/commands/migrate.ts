/** `llem migrate`: a study of the Python tool in our words, on stdout; what became of its keys, on stderr. */

import { type Migration, migrateStudy } from '../../config/migrate/migrateStudy.ts'
import { parseStudy } from '../../config/parseStudy.ts'
import { readLayer } from '../../config/readLayer.ts'
import { AppError, type ExitCode, exitCodes } from '../../core/errors.ts'
import { describeProblem, type Problem } from '../../core/problem.ts'
import { loadSections } from '../../study/loadSections.ts'
import type { Io } from '../io.ts'

export async function migrateCommand({ file }: { file: string }, io: Io): Promise<ExitCode> {
  const { source } = await readLayer(file)
  if (source === null)
    throw new AppError('CONFIG_UNREADABLE', {
      file,
      cause: 'it is code, and only YAML and JSON can be rewritten',
    })
  const migrated = migrateStudy(source.text)
  if (!migrated.ok) throw new AppError('CONFIG_INVALID', { file, problems: migrated.problems })
  io.stdout.write(migrated.value.text)
  io.stderr.write(renderMigration(file, migrated.value, await problemsLeft(migrated.value.text)))
  return exitCodes.measured
}

/** What `llem run` would say of the new text. A study with a base cannot be judged alone. */
async function problemsLeft(text: string): Promise<readonly Problem[]> {
  const sections = await loadSections()
  const parsed = parseStudy({ written: text, file: 'the new study', overrides: [], sections })
  if (parsed.ok) return []
  return parsed.problems.some(({ path }) => path[0] === 'base') ? [] : parsed.problems
}

function renderMigration(file: string, migration: Migration, problems: readonly Problem[]): string {
  const { renamed, dropped, added, notes } = migration
  const isOurs = renamed.length + dropped.length === 0
  const count = renamed.length === 1 ? '1 key' : `${renamed.length} keys`
  return [
    isOurs ? `${file} has no key of the Python tool` : `${file}: ${count} renamed`,
    ...section(
      'left out',
      dropped.map(({ line, key, why }) => `${line} ${key}: ${why}`),
    ),
    ...section(
      'written out, being defaults of the Python tool',
      added.map(({ key, value }) => `${key}: ${value}`),
    ),
    ...section('not the same here', notes),
    ...section('to correct in the new study before it runs', problems.map(describeProblem)),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}
