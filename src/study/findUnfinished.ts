/** The study that `llem resume` goes on with when nobody says which. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { hasFinished, readSessions } from '../store/statusFile.ts'
import { studyPaths } from '../store/studyDirectory.ts'

/** The directory of the study that ran last among those with runs left or failed. Throws `NOTHING_TO_RESUME`. */
export async function findUnfinished(resultsDir: string): Promise<string> {
  const names = await readdir(resultsDir).catch(() => [])
  const found = await Promise.all(names.map((name) => lastRun(join(resultsDir, name))))
  const [newest] = found.filter((one) => one !== null).sort((a, b) => b.atMs - a.atMs)
  if (newest === undefined) throw new AppError('NOTHING_TO_RESUME', { resultsDir })
  return newest.directory
}

/** When this study last ran; null for a finished one and for what is no study. */
async function lastRun(directory: string): Promise<{ directory: string; atMs: number } | null> {
  const paths = studyPaths(directory)
  const plan = await stat(paths.plan).catch(() => null)
  if (plan === null) return null
  const sessions = await readSessions(paths)
  if (hasFinished(sessions)) return null
  const last = sessions.at(-1)
  // A study that was killed before its first session has a plan and nothing else.
  return { directory, atMs: last === undefined ? plan.mtimeMs : Date.parse(last.startedAt) }
}
