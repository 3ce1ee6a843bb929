import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programArgv } from '../testing/programs.ts'
import { requirePart } from '../testing/requirePart.ts'
import { hourMs, noProcessTable } from '../testing/runQuietly.ts'
import { monotonicClock } from './clock.ts'
import { runProgram } from './process.ts'
import { treeCpuMs } from './treeCpu.ts'

test('a program that runs has spent CPU time, one that is gone has none to tell', async (t) => {
  if (!requirePart(t, 'proc', noProcessTable)) return
  const ended = new AbortController()
  let leaderPid = 0
  const seen: (number | null)[] = []
  await runProgram({
    argv: programArgv('waitsForever'),
    env: {},
    timeoutMs: hourMs,
    silenceMs: null,
    clock: monotonicClock,
    signal: ended.signal,
    onStarted: ({ pid }) => {
      leaderPid = pid
    },
    onLine: () => {
      seen.push(treeCpuMs(leaderPid))
      ended.abort()
    },
  })
  assert.ok(Number(seen[0]) > 0)
  assert.equal(treeCpuMs(leaderPid), null)
})
