/** `status.json`: when a study ran and how each time ended. An end, once written, is never changed. */

import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { type OutcomeCounts, type StudyStatus, studyStatuses } from '../core/events.ts'
import { errorCodeOf, readJson, writeJson } from '../core/files.ts'
import type { StudyPaths } from './studyDirectory.ts'

const sessionSchema = z.strictObject({
  startedAt: z.string().describe('wall time, ISO 8601: a label'),
  pid: z.int().describe('process that ran the study'),
  endedAt: z
    .string()
    .nullable()
    .describe('wall time, ISO 8601; null while it runs, and for good when it was killed'),
  status: z.enum(studyStatuses).nullable().describe('how it ended; null while endedAt is'),
  measured: z.int().describe('runs with a result, of this session and those before'),
  failed: z.int().describe('runs whose last attempt failed'),
  skipped: z.int().describe('runs left over for the next session'),
})

const statusFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sessions: z.array(sessionSchema).describe('from the first run to the last resume'),
})
export type StudySession = z.infer<typeof sessionSchema>

export interface OpenSession {
  end(ended: { status: StudyStatus; endedAt: string } & OutcomeCounts): Promise<void>
}

/** Writes that a session has begun. */
export async function openSession(
  paths: StudyPaths,
  { startedAt, pid }: Pick<StudySession, 'startedAt' | 'pid'>,
): Promise<OpenSession> {
  const before = await readSessions(paths)
  const begun = { startedAt, pid, endedAt: null, status: null, measured: 0, failed: 0, skipped: 0 }
  let isEnded = false
  const keep = (session: StudySession): Promise<void> =>
    writeJson(paths.status, statusFileSchema, { schemaVersion: 1, sessions: [...before, session] })
  await keep(begun)
  return {
    async end(ended) {
      if (isEnded) throw new AppError('INTERNAL', { what: 'a session cannot end twice' })
      isEnded = true
      await keep({ ...begun, ...ended })
    },
  }
}

/** Whether the last session left nothing over. */
export function hasFinished(sessions: readonly StudySession[]): boolean {
  const last = sessions.at(-1)
  return last?.status === 'completed' && last.failed === 0
}

/** Oldest first; empty for a study that never began. */
export async function readSessions(paths: StudyPaths): Promise<StudySession[]> {
  try {
    return (await readJson(paths.status, statusFileSchema)).sessions
  } catch (cause) {
    if (errorCodeOf(cause) === 'ENOENT') return []
    throw cause
  }
}
