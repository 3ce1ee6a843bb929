import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StudyStatus } from '../core/events.ts'
import { openSession } from '../store/statusFile.ts'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { findUnfinished } from './findUnfinished.ts'

/** A study that began at this second and ended so; null for one that was killed. */
async function study(
  resultsDir: string,
  second: number,
  ended: { status: StudyStatus; failed: number } | null,
): Promise<string> {
  const paths = await keptStudy(resultsDir, await planOf([{}]))
  const startedAt = new Date(1000 * second).toISOString()
  const session = await openSession(paths, { startedAt, pid: 1 })
  if (ended !== null) {
    await session.end({ ...ended, endedAt: startedAt, measured: 1, skipped: 0 })
  }
  return paths.directory
}

test('the study that ran last is found, if something is left of it', async (t) => {
  const resultsDir = temporary(t)
  mkdirSync(join(resultsDir, 'no-study'))
  await assert.rejects(findUnfinished(resultsDir), { code: 'NOTHING_TO_RESUME' })
  await study(resultsDir, 9, { status: 'completed', failed: 0 })
  await assert.rejects(findUnfinished(resultsDir), { code: 'NOTHING_TO_RESUME' })
  const ends = [
    { status: 'interrupted', failed: 0 },
    { status: 'circuit_broken', failed: 3 },
    { status: 'timed_out', failed: 0 },
    { status: 'completed', failed: 1 },
    null,
  ] as const
  for (const [index, ended] of ends.entries()) {
    const directory = await study(resultsDir, index + 1, ended)
    assert.equal(await findUnfinished(resultsDir), directory)
  }
})

test('a study that was killed before its first session is found too', async (t) => {
  const resultsDir = temporary(t)
  const { directory } = await keptStudy(resultsDir, await planOf([{}]))
  assert.equal(await findUnfinished(resultsDir), directory)
})

test('where there are no results there is nothing to resume', async (t) => {
  const missing = join(temporary(t), 'results')
  await assert.rejects(findUnfinished(missing), { code: 'NOTHING_TO_RESUME' })
})
