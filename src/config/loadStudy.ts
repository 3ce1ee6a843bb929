/** Reads a study file, with the overrides of the command line on top, and reports everything wrong with it at once. */

import { createReadStream } from 'node:fs'
import { stringify } from 'yaml'
import { z } from 'zod'
import { AppError, messageOf } from '../core/errors.ts'
import { errorCodeOf } from '../core/files.ts'
import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { formatBytes } from '../core/units.ts'
import { type Experiment, type Parsed, parseExperiment, type Sections } from './experimentSchema.ts'
import { applyOverrides, type Override } from './overrides.ts'
import { parseYaml } from './parseYaml.ts'
import { placeProblem } from './placeProblem.ts'
import { type StudySettings, studyFields, studySchema } from './studyConfig.ts'

export interface LoadedStudy {
  settings: StudySettings
  experiments: readonly { declared: Record<string, unknown>; experiment: Experiment }[]
  /** A study file that means the same: the text as it was written, or rewritten when there were overrides. */
  text: string
}

interface StudySource {
  /** Null when there is no file and everything comes from overrides. */
  text: string | null
  /** Name for messages. */
  file: string
  overrides: readonly Override[]
  sections: Sections
}

/** No person writes more; a model or a data set given by mistake is larger. */
const largestFileBytes = 1024 ** 2

/** Reads and checks a study file. Throws `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with all problems and their places. */
export async function loadStudy(
  path: string,
  { overrides, sections }: Pick<StudySource, 'overrides' | 'sections'>,
): Promise<LoadedStudy> {
  const text = await readText(path)
  const parsed = parseStudy({ text, file: path, overrides, sections })
  if (!parsed.ok) throw new AppError('CONFIG_INVALID', { file: path, problems: parsed.problems })
  return parsed.value
}

/** Checks the text of a study. Problems come in the order of the file, those of overrides last. */
export function parseStudy({ text, file, overrides, sections }: StudySource): Parsed<LoadedStudy> {
  const source = text === null ? null : parseYaml(text)
  if (source?.isReadable === false) return { ok: false, problems: source.problems }
  const { value: written, problems: unset } = applyOverrides(source?.value ?? {}, overrides)
  const parsed = parseExperiment(written, sections, studySchema(sections))
  const problems = [...(source?.problems ?? []), ...unset, ...(parsed.ok ? [] : parsed.problems)]
    .map((problem) => placeProblem(problem, source, overrides))
    .sort(byPlace)
  if (!parsed.ok || problems.length > 0) return { ok: false, problems }
  const isAsWritten = text !== null && overrides.length === 0
  return {
    ok: true,
    value: {
      settings: z.object(studyFields).parse(written),
      experiments: [{ declared: withoutStudyFields(written), experiment: parsed.value }],
      text: isAsWritten ? text : rewritten(written, file, overrides),
    },
  }
}

/** What was typed goes into the comment on one line, whatever it holds. */
function rewritten(written: unknown, file: string, overrides: readonly Override[]): string {
  const typed = overrides.map(({ origin }) => origin).join(' ')
  return `# ${`${file} with ${typed}`.replace(/\s+/g, ' ')}\n${stringify(written)}`
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer
  try {
    const chunks: Buffer[] = []
    // One byte more than allowed is enough to know; devices and pipes have no size to ask for.
    for await (const chunk of createReadStream(path, { end: largestFileBytes })) chunks.push(chunk)
    bytes = Buffer.concat(chunks)
  } catch (cause) {
    throw new AppError('CONFIG_UNREADABLE', { file: path, cause: causeOf(cause) }, { cause })
  }
  if (bytes.length > largestFileBytes)
    throw new AppError('CONFIG_UNREADABLE', {
      file: path,
      cause: `it is larger than ${formatBytes(largestFileBytes)}, which no study is`,
    })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError(
      'CONFIG_UNREADABLE',
      { file: path, cause: 'it is not UTF-8 text' },
      { cause },
    )
  }
}

/** What the operating system said, in words, for what happens most. */
function causeOf(thrown: unknown): string {
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'you may not read it',
  }
  return words[errorCodeOf(thrown) ?? ''] ?? messageOf(thrown)
}

function withoutStudyFields(written: unknown): Record<string, unknown> {
  if (!isRecord(written)) return {}
  return Object.fromEntries(
    Object.entries(written).filter(([key]) => !Object.hasOwn(studyFields, key)),
  )
}

/** Problems of overrides have no line and come last. */
function byPlace(a: Problem, b: Problem): number {
  const lines = (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER)
  return lines === 0 ? (a.column ?? 0) - (b.column ?? 0) : lines
}
