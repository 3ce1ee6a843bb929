import assert from 'node:assert/strict'
import { setMaxListeners } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { decoderSchema } from '../../../config/decoder.ts'
import { experimentFields } from '../../../config/experimentConfig.ts'
import { summarizeLoad } from '../../../measure/summarizeLoad.ts'
import { loopClock } from '../../../testing/loopClock.ts'
import type { RequestRecord } from '../../../workloads/driveLoad.ts'
import { runLoad } from '../../../workloads/runLoad.ts'
import type { BackendSession } from '../../backend.ts'
import type { Fault } from '../fakeServer/fakeServerOptions.ts'
import { type FakeServerInput, startFakeServer } from '../fakeServer/startFakeServer.ts'
import { openClient } from './openClient.ts'

const never = new AbortController().signal
// All scripts at once wait on it.
setMaxListeners(0, never)
const scriptCount = 1000
/** Scripts that share a server and a client; every server has its own way of counting and chunking. */
const scriptsPerServer = 50
const scriptsAtOnce = 16
const stallMs = 250

/** How a request with this fault may end. */
const endings: Record<Fault['kind'] | 'none', RegExp> = {
  none: /^completed$/,
  'no-done': /^completed$/,
  linger: /^completed$/,
  ragged: /^completed$/,
  pause: /^completed$/,
  'slow-headers': /^completed$/,
  status: /^status: /,
  'no-stream': /^not a stream: /,
  stall: /^stalled: |^completed$/,
  chatter: /^stalled: |^completed$/,
  reset: /^reset: |^completed$/,
  // A connection that has hardly waited cannot have been closed meanwhile.
  drop: /^reset: |^completed$/,
  'hang-up': /^reset: |^completed$/,
  truncate: /^truncated: |^completed$/,
  malformed: /^malformed: |^completed$/,
  'bad-framing': /^(malformed|reset): |^completed$/,
  oversized: /^oversized: |^completed$/,
  'error-event': /^error event: |^completed$/,
  empty: /^empty: /,
  endless: /^endless: /,
}

const place = { after_tokens: fc.nat({ max: 12 }) }
const is = <K extends Fault['kind']>(kind: K) => ({ kind: fc.constant(kind) })
const fault: fc.Arbitrary<Fault | null> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  fc.record({ ...is('slow-headers'), after_ms: fc.nat({ max: 20 }) }),
  fc.record({ ...is('status'), status: fc.constantFrom(400, 404, 429, 500, 503) }),
  fc.record(is('no-stream')),
  fc.record({ ...is('stall'), ...place }),
  fc.record({ ...is('pause'), ...place, pause_ms: fc.nat({ max: 20 }) }),
  fc.record({ ...is('reset'), ...place }),
  fc.record(is('drop')),
  fc.record({ ...is('hang-up'), ...place }),
  fc.record({ ...is('truncate'), ...place }),
  fc.record({ ...is('malformed'), ...place }),
  fc.record({ ...is('bad-framing'), ...place }),
  fc.record({ ...is('oversized'), ...place, bytes: fc.integer({ min: 5000, max: 100_000 }) }),
  fc.record({ ...is('error-event'), ...place }),
  fc.record(is('empty')),
  fc.record(is('endless')),
  fc.record({ ...is('chatter'), ...place }),
  fc.record(is('no-done')),
  fc.record(is('linger')),
  fc.record(is('ragged')),
)
const script = fc.record({
  steps: fc.array(fc.record({ fault, maxOutputTokens: fc.integer({ min: 1, max: 12 }) }), {
    minLength: 1,
    maxLength: 6,
  }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  isScheduled: fc.boolean(),
})
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never
const server = fc.record({
  usage: fc.constantFrom('continuous', 'final', 'with-finish', 'none'),
  tokens_per_chunk: fc.integer({ min: 1, max: 3 }),
  token_ids: fc.boolean(),
  jitter: fc.constantFrom(0, 0.5),
  unpaced: fc.boolean(),
})

const tokensOf = ({ stepTokens, stepCount }: RequestRecord): number =>
  stepTokens.subarray(0, stepCount).reduce((sum, count) => sum + count, 0)

/** Runs the scripts against one server and checks every request by what was done to it. */
async function runScripts(served: Partial<FakeServerInput>, scripts: readonly Script[]) {
  // The seed of a request names its script and its step, so that the server knows what to do to it.
  const stepOf = (seed: number) => scripts[Math.floor(seed / 10) - 1]?.steps[seed % 10]
  const dropped = new Set<number>()
  using loop = loopClock()
  let aheadMs = 0
  const clock = { ...loop, nowMs: () => loop.nowMs() + aheadMs }
  await using running = await startFakeServer({
    ...served,
    ttft_ms: 1,
    tokens_per_second: 3000,
    chooseFault({ seed = 0 }) {
      const { fault = null } = stepOf(seed) ?? {}
      // What meets the close of one connection does not meet that of the next.
      if (fault?.kind === 'drop' && dropped.has(seed)) return null
      dropped.add(seed)
      return fault
    },
  })
  await using client = await openClient({
    baseUrl: running.url,
    apiKey: null,
    kind: 'completions',
    model: 'fake',
    decoder: decoderSchema.parse({}),
    connections: 4,
    stallMs,
    longestEventBytes: 4096,
    clock,
    signal: never,
  })
  const session: BackendSession = {
    version: '1',
    model: null,
    observed: async () => ({}),
    generate: client.generate,
    [Symbol.asyncDispose]: async () => {},
  }
  // Its connections have waited long enough that the server may have closed them.
  aheadMs = 1000
  const watch = client.watch()
  const runs = await inLanes(
    scriptsAtOnce,
    scripts,
    ({ steps, concurrency, isScheduled }, number) =>
      runLoad(
        session,
        steps.map(({ maxOutputTokens }, index) => ({
          index,
          prompt: `script ${number} request ${index}`,
          promptTokens: null,
          maxOutputTokens,
          seed: (number + 1) * 10 + index,
        })),
        {
          clock,
          signal: never,
          plan: isScheduled
            ? {
                kind: 'open',
                arrivalsMs: Float64Array.from(steps, (_, at) => at),
                concurrencyCap: concurrency,
                stages: null,
              }
            : { kind: 'closed', concurrency },
        },
      ),
  )
  const proof = watch.stop()
  // Several tokens in a chunk that nobody counts are one step.
  const isCounted = served.usage !== 'none' || served.token_ids || served.tokens_per_chunk === 1
  runs.forEach((records, number) => {
    checkScript(records, scripts[number], isCounted)
  })
  const records = runs.flat()
  assert.equal(proof.requests, records.length)
  const sent = records.length + proof.retriedConnections + 1
  assert.equal(running.stats().requests, sent, 'each is sent once or again, and one question')
  assert.equal(
    proof.tokens,
    records.reduce((sum, record) => sum + tokensOf(record), 0),
  )
  return records
}

/** Runs `work` on every item, `count` of them at a time; results in the order of the items. */
async function inLanes<I, R>(
  count: number,
  items: readonly I[],
  work: (item: I, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const todo = items.entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of todo) results[index] = await work(item, index)
  }
  await Promise.all(Array.from({ length: count }, lane))
  return results
}

function checkScript(
  records: readonly RequestRecord[],
  script: Script | undefined,
  isCounted: boolean,
): void {
  assert.equal(records.length, script?.steps.length)
  records.forEach((record, index) => {
    const step = script?.steps[index]
    const { outcome } = record
    const ending = outcome.status === 'completed' ? 'completed' : outcome.reason
    const about = `${JSON.stringify(step)} ended: ${ending}`
    assert.match(ending, endings[step?.fault?.kind ?? 'none'], about)
    assert.equal(outcome.status, statusOf(ending), about)
    if (outcome.status === 'completed' && isCounted) {
      assert.equal(tokensOf(record), step?.maxOutputTokens, about)
    }
    assert.ok(record.endedAtMs >= record.sentAtMs)
  })
}

/** Which of the four outcomes a reason stands for. */
function statusOf(ending: string): RequestRecord['outcome']['status'] {
  if (ending === 'completed') return 'completed'
  if (ending.startsWith('stalled: ')) return 'timed_out'
  return ending.startsWith('empty: ') ? 'empty' : 'failed'
}

/** What the summary makes of them. */
function checkSummary(records: readonly RequestRecord[]): void {
  const config = z.object(experimentFields).parse({ model: 'fake' })
  const window = {
    startMs: Math.min(...records.map(({ sentAtMs }) => sentAtMs)),
    endMs: Math.max(...records.map(({ endedAtMs }) => endedAtMs)),
  }
  const raw = { window, requests: records, discardedInputTokens: 0 }
  const { requests, tokens, latency } = summarizeLoad(raw, config)
  const { total, completed, failed, timedOut, empty } = requests
  assert.equal(total, records.length)
  assert.equal(completed + failed + timedOut + empty, total)
  assert.equal(latency.endToEnd?.count ?? 0, completed)
  const discarded = records
    .filter(({ outcome }) => outcome.status !== 'completed')
    .reduce((sum, record) => sum + tokensOf(record), 0)
  assert.equal(tokens.discardedOutputTokens, discarded)
}

test('a thousand random fault scripts: no hang, no lost request, and the counts add up', async (t) => {
  const seed = Number(process.env['LLEM_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
  t.diagnostic(`LLEM_FUZZ_SEED=${seed} repeats this run`)
  const scripts = fc.sample(script, { numRuns: scriptCount, seed })
  const servers = fc.sample(server, { numRuns: scriptCount / scriptsPerServer, seed })
  const runs = await inLanes(2, servers, (served, number) => {
    const first = number * scriptsPerServer
    return runScripts(served, scripts.slice(first, first + scriptsPerServer))
  })
  const records = runs.flat()
  checkSummary(records)
  const requests = records.length
  assert.equal(
    requests,
    scripts.reduce((sum, { steps }) => sum + steps.length, 0),
  )
})
