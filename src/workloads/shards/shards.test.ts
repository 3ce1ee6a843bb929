import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import type { GenerateRequest } from '../../backends/backend.ts'
import { experimentFields } from '../../config/experimentConfig.ts'
import type { ClientProof } from '../../core/clientProof.ts'
import { seededRandom } from '../../core/random.ts'
import type { RequestRecord } from '../driveLoad.ts'
import { planArrivals } from '../planArrivals.ts'
import type { LoadPlan } from '../planLoad.ts'
import { mergeProofs, mergeRecords } from './mergeShards.ts'
import { shardCount } from './shardCount.ts'
import { packRecord, shardSaysSchema, unpackRecord } from './shardMessages.ts'
import { splitLoad } from './splitLoad.ts'

const requestsOf = (count: number): GenerateRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    prompt: `p${index}`,
    promptTokens: null,
    maxOutputTokens: 4,
    seed: index,
  }))

const openPlan = (count: number, concurrencyCap: number | null): LoadPlan => ({
  kind: 'open',
  arrivalsMs: planArrivals({ pattern: 'poisson', requestsPerSecond: 100 }, count, seededRandom(1)),
  concurrencyCap,
  stages: Uint16Array.from({ length: count }, (_, index) => index % 3),
})

test('the shares of a schedule are the schedule: each request once, at its time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.option(fc.integer({ min: 1, max: 20 })),
      (count, processes, cap) => {
        const plan = openPlan(count, cap)
        const shares = splitLoad(plan, requestsOf(count), processes)
        const times = new Map<number, number>()
        let places = 0
        for (const share of shares) {
          assert.ok(share.plan.kind === 'open' && share.requests.length > 0)
          const { arrivalsMs, concurrencyCap } = share.plan
          assert.equal(arrivalsMs.length, share.requests.length)
          for (const [at, { index }] of share.requests.entries()) {
            times.set(index, arrivalsMs[at] ?? Number.NaN)
          }
          places += concurrencyCap ?? 0
          assert.notEqual(concurrencyCap, 0)
        }
        assert.ok(plan.kind === 'open')
        assert.deepEqual(
          [...times].sort(([a], [b]) => a - b).map(([, atMs]) => atMs),
          [...plan.arrivalsMs],
        )
        assert.equal(places, cap ?? 0)
      },
    ),
  )
})

test('a closed loop is divided by its places', () => {
  const shares = splitLoad({ kind: 'closed', concurrency: 5 }, requestsOf(12), 3)
  assert.deepEqual(
    shares.map(({ plan }) => plan.kind === 'closed' && plan.concurrency),
    [2, 2, 1],
  )
  assert.equal(splitLoad({ kind: 'closed', concurrency: 2 }, requestsOf(12), 8).length, 2)
})

const stamp = fc.double({ min: 0, max: 1e9, noNaN: true })
const countOrNull = fc.option(fc.nat(1000))
const completion = fc.record(
  {
    inputTokens: countOrNull,
    outputTokens: countOrNull,
    finishReason: fc.constantFrom('length' as const, 'stop' as const, 'other' as const),
    text: fc.option(fc.string()),
    cachedInputTokens: countOrNull,
    tokenCounts: fc.record(
      {
        continuousUsage: countOrNull,
        finalUsage: countOrNull,
        tokenIds: countOrNull,
        logprobs: countOrNull,
        chunks: fc.nat(1000),
        stepsBy: fc.constantFrom('chunks' as const, 'spread' as const),
      },
      { noNullPrototype: true },
    ),
  },
  {
    requiredKeys: ['inputTokens', 'outputTokens', 'finishReason', 'text'],
    noNullPrototype: true,
  },
)
const outcome: fc.Arbitrary<RequestRecord['outcome']> = fc.oneof(
  completion.map((one) => ({ status: 'completed' as const, completion: one })),
  fc.record(
    {
      status: fc.constantFrom('failed' as const, 'timed_out' as const, 'empty' as const),
      reason: fc.string(),
    },
    { noNullPrototype: true },
  ),
)
const record: fc.Arbitrary<Omit<RequestRecord, 'index'>> = fc
  .record({
    promptTokens: countOrNull,
    scheduledAtMs: stamp,
    queueWaitMs: stamp,
    sentAtMs: stamp,
    endedAtMs: stamp,
    steps: fc.array(fc.tuple(stamp, fc.nat(9)), { maxLength: 20 }),
    outcome,
  })
  .map(({ steps, ...rest }) => ({
    ...rest,
    stepCount: steps.length,
    stepAtMs: Float64Array.from(steps.map(([atMs]) => atMs)),
    stepTokens: Uint32Array.from(steps.map(([, tokens]) => tokens)),
  }))

test('records that went through processes and were merged are those of one process, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (all, count) => {
        const single = all.map((one, index): RequestRecord => ({ ...one, index }))
        const shards = Array.from({ length: count }, (_, shard) =>
          single.filter(({ index }) => index % count === shard).map(throughLine),
        )
        assert.deepEqual(mergeRecords(shards), single)
      },
    ),
  )
})

function throughLine(one: RequestRecord): RequestRecord {
  const line = JSON.stringify({ type: 'record', record: packRecord(one) })
  const said = shardSaysSchema.parse(JSON.parse(line))
  assert.ok(said.type === 'record')
  return unpackRecord(said.record)
}

const proof: ClientProof = {
  requests: 10,
  tokens: 100,
  chunks: 90,
  chunksPerRead: 1,
  lateConnections: 1,
  retriedConnections: 3,
  sendSkewP99Ms: null,
  dispatchDelayP99Ms: 0.5,
  receiveLagP99Ms: 3,
  eventLoopDelayP99Ms: 2,
  utilization: 0.2,
  cpuMs: 50,
}

test('of proofs, counts add up and of each limit the worst shard counts', () => {
  const other = { ...proof, receiveLagP99Ms: null, dispatchDelayP99Ms: 4, utilization: 0.1 }
  assert.deepEqual(mergeProofs([proof, other]), {
    requests: 20,
    tokens: 200,
    chunks: 180,
    chunksPerRead: 1,
    lateConnections: 2,
    retriedConnections: 6,
    sendSkewP99Ms: null,
    dispatchDelayP99Ms: 4,
    receiveLagP99Ms: 3,
    eventLoopDelayP99Ms: 2,
    utilization: 0.2,
    cpuMs: 100,
  })
  assert.equal(mergeProofs([]), null)
})

test('one process sends up to its stated rate, and more beyond it', () => {
  const count = (load: Record<string, unknown>, n = 10_000) =>
    shardCount(z.object(experimentFields).parse({ model: 'm', n, max_output_tokens: 100, load }))
  assert.equal(count({ concurrency: 512 }), 1)
  assert.equal(count({ concurrency: 513 }), 2)
  assert.equal(count({ concurrency: 2000 }, 100), 1)
  assert.equal(count({ mode: 'open', rate_per_second: 250 }), 1)
  assert.equal(count({ mode: 'open', rate_per_second: 600 }), 3)
  assert.equal(count({ concurrency: 1, processes: 4 }), 4)
})
