/** The world of a test: the real clock, an empty environment, a directory that goes with the test, and silence. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { monotonicClock } from '../core/clock.ts'
import type { WorkerContext } from '../core/context.ts'

export async function quietContext(
  t: TestContext,
  changes: Partial<WorkerContext> = {},
): Promise<WorkerContext> {
  const directory = await mkdtemp(join(tmpdir(), 'llem-test-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return {
    clock: monotonicClock,
    env: {},
    signal: new AbortController().signal,
    cacheDir: directory,
    runDir: directory,
    emit: () => {},
    ...changes,
  }
}
