import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendSession, Completion, GenerateRequest } from '../backends/backend.ts'
import type { Clock } from '../core/clock.ts'
import { driveOpenLoop } from './driveOpenLoop.ts'

/** Time stands still until everybody sleeps or has ended, then jumps to the first who wakes. */
function patientClock(): Clock & { pass(until: Promise<unknown>): Promise<void> } {
  let nowMs = 1000
  const sleepers = new Set<{ dueMs: number; wake(): void }>()
  return {
    nowMs: () => nowMs,
    wallDate: () => new Date(0),
    sleep: (durationMs) =>
      new Promise((wake) => {
        sleepers.add({ dueMs: nowMs + durationMs, wake })
      }),
    async pass(until) {
      let isOver = false
      const end = (): void => {
        isOver = true
      }
      until.then(end, end)
      while (!isOver) {
        // Everything that can go on at this time has gone on after a few turns of the loop.
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
        const [first] = [...sleepers].sort((a, b) => a.dueMs - b.dueMs)
        if (first === undefined) continue
        sleepers.delete(first)
        nowMs = first.dueMs
        first.wake()
      }
    },
  }
}

const never = new AbortController().signal
const completion: Completion = {
  inputTokens: 1,
  outputTokens: 1,
  finishReason: 'length',
  text: null,
}

const requestsOf = (count: number): GenerateRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    prompt: `p${index}`,
    promptTokens: null,
    maxOutputTokens: 1,
    seed: index,
  }))

function sessionOf(generate: BackendSession['generate']): BackendSession {
  return {
    version: '1',
    model: null,
    observed: async () => ({}),
    generate,
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Every answer takes 200 ms. */
const slow = (clock: Clock): BackendSession =>
  sessionOf(async (_, __, signal) => {
    await clock.sleep(200, signal)
    return completion
  })

/** Times from the first scheduled one, milliseconds. */
async function drive(concurrencyCap: number | null, arrivalsMs: readonly number[]) {
  const clock = patientClock()
  const running = driveOpenLoop(slow(clock), requestsOf(arrivalsMs.length), {
    arrivalsMs,
    concurrencyCap,
    clock,
    signal: never,
  })
  await clock.pass(running)
  const records = await running
  const startMs = records[0]?.scheduledAtMs ?? 0
  return records.map(({ scheduledAtMs = 0, queueWaitMs, sentAtMs, endedAtMs }) => ({
    scheduled: scheduledAtMs - startMs,
    sent: sentAtMs - startMs,
    ended: endedAtMs - startMs,
    waited: queueWaitMs,
  }))
}

test('requests go out on schedule, whatever those before them do', async () => {
  assert.deepEqual(await drive(null, [0, 100, 100, 350]), [
    { scheduled: 0, sent: 0, ended: 200, waited: 0 },
    { scheduled: 100, sent: 100, ended: 300, waited: 0 },
    { scheduled: 100, sent: 100, ended: 300, waited: 0 },
    { scheduled: 350, sent: 350, ended: 550, waited: 0 },
  ])
})

test('under a cap the wait for a place is kept and the schedule is not moved', async () => {
  assert.deepEqual(await drive(1, [0, 100, 150]), [
    { scheduled: 0, sent: 0, ended: 200, waited: 0 },
    { scheduled: 100, sent: 200, ended: 400, waited: 100 },
    { scheduled: 150, sent: 400, ended: 600, waited: 250 },
  ])
})

test('a failed request gives its place to the next and is kept', async () => {
  const clock = patientClock()
  const seen: number[] = []
  const session = sessionOf(async ({ index }) => {
    if (index === 0) throw new Error('slot lost')
    return completion
  })
  const running = driveOpenLoop(session, requestsOf(2), {
    arrivalsMs: [0, 0],
    concurrencyCap: 1,
    clock,
    signal: never,
    onRequest: ({ index }) => seen.push(index),
  })
  await clock.pass(running)
  const records = await running
  assert.deepEqual(
    records.map(({ outcome }) => (outcome.status === 'failed' ? outcome.reason : 'ok')),
    ['slot lost', 'ok'],
  )
  assert.deepEqual(seen, [0, 1])
})

test('requests beyond the schedule are not sent', async () => {
  assert.equal((await drive(null, [])).length, 0)
  const clock = patientClock()
  const running = driveOpenLoop(slow(clock), requestsOf(5), {
    arrivalsMs: [0, 1],
    concurrencyCap: null,
    clock,
    signal: never,
  })
  await clock.pass(running)
  assert.equal((await running).length, 2)
})

for (const arrivalsMs of [
  [0, 0, 0, 0],
  [0, 0, 0, 1_000_000],
]) {
  test(`an abort ends the loop with its reason, with arrivals at ${arrivalsMs}`, async () => {
    const clock = patientClock()
    const controller = new AbortController()
    const session = sessionOf(async (_, __, signal) => {
      controller.abort(new Error('stop'))
      signal.throwIfAborted()
      return completion
    })
    const run = driveOpenLoop(session, requestsOf(4), {
      arrivalsMs,
      concurrencyCap: 1,
      clock,
      signal: controller.signal,
    })
    const rejected = assert.rejects(run, /stop/)
    await clock.pass(rejected)
    await rejected
  })
}
