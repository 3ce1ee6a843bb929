/** Keeps a study to one process at a time, together with the worker that a killed one may have left. */

import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type FileLock, tryLock } from '../core/fileLock.ts'
import { writeError } from '../core/files.ts'
import { isRunning } from '../core/processTable.ts'
import type { StudyPaths } from '../store/studyDirectory.ts'

export interface StudyLock extends AsyncDisposable {
  /** What the worker is to hold too; empty where there are no such locks. */
  heldFiles: readonly number[]
}

/** A worker whose host was killed is gone within 5 s (`watchParent`); killing its tree may take as long again. */
const patienceMs = 20_000
const lookMs = 50

/**
 * Throws `STUDY_IN_USE` when another process runs the study. A worker whose host is gone is waited for: it may still
 * write its result. Where the file system has no locks, there is none to take.
 */
export async function lockStudy(
  paths: StudyPaths,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<StudyLock> {
  const startMs = clock.nowMs()
  for (;;) {
    const since = clock.wallDate().toISOString()
    const holder = { pid: process.pid, doing: paths.directory, since }
    const attempt = await tryLock(paths.lock, holder).catch((cause) => {
      throw writeError(paths.lock, cause)
    })
    if (attempt.status === 'unsupported') return { heldFiles: [], async [Symbol.asyncDispose]() {} }
    if (attempt.status === 'held') return studyLock(attempt.lock)
    const other = attempt.holder
    const isInUse = other === null || isRunning(other.pid)
    if (isInUse || clock.nowMs() - startMs > patienceMs) {
      throw new AppError('STUDY_IN_USE', {
        directory: paths.directory,
        pid: other?.pid ?? null,
        since: other?.since ?? null,
      })
    }
    await clock.sleep(lookMs, signal)
  }
}

function studyLock(lock: FileLock): StudyLock {
  return { heldFiles: [lock.fd], [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() }
}
