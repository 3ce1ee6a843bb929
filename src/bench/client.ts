/** What a token costs the load client, how late it stamps it, and how late it sends: against the fake engine in another process. */

import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import { openClient } from '../backends/shared/client/openClient.ts'
import { openFakeServerProcess } from '../backends/shared/fakeServer/openFakeServerProcess.ts'
import { decoderSchema } from '../config/decoder.ts'
import type { ClientProof } from '../core/clientProof.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { seededRandom } from '../core/random.ts'
import { quantile } from '../stats/descriptive.ts'
import { driveLoad, type RequestRecord } from '../workloads/driveLoad.ts'
import { driveOpenLoop } from '../workloads/driveOpenLoop.ts'
import { planArrivals } from '../workloads/planArrivals.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'
import { type Load, plainClient, warmupRounds } from './plainClient.ts'

const signal = new AbortController().signal

export async function client(): Promise<BenchRow[]> {
  return [...(await pacedRows()), ...(await saturatedRows()), ...(await openLoopRows())]
}

/** 256 streams of 50 tokens per second. */
async function pacedRows(): Promise<BenchRow[]> {
  const load: Load = {
    served: { tokens_per_second: 50, stamp: true, ttft_ms: 1 },
    streams: 256,
    tokens: 150,
    rounds: 4,
  }
  const plain = await plainClient(load)
  const proof = await measureClosed(load)
  const name = 'client, 256 streams at 12 800 tokens/s'
  return [
    row(`${name}: receive lag p99`, proof.receiveLagP99Ms ?? 0, 'ms', 12),
    row(`${name}: CPU per token`, cpuPerToken(proof), 'us', 16),
    row(`${name}: CPU per token of node:http and a byte scan`, plain, 'us', null),
  ]
}

/** 64 streams as fast as they can be read: 250 000 tokens per CPU second are 4 us per token. */
async function saturatedRows(): Promise<BenchRow[]> {
  const proof = await measureClosed({
    served: { unpaced: true, ttft_ms: 1 },
    streams: 64,
    tokens: 2000,
    rounds: 8,
  })
  return [
    row('client, 64 streams unpaced: CPU per token', cpuPerToken(proof), 'us', 4),
    row(
      'client, 64 streams unpaced: tokens in a second of CPU',
      (1000 * proof.tokens) / proof.cpuMs,
      'tokens',
      null,
    ),
  ]
}

/** 10 000 requests of one token at 2 000 per second. */
async function openLoopRows(): Promise<BenchRow[]> {
  const count = 10_000
  await using server = await openFakeServerProcess({ ttft_ms: 1, tokens_per_second: 1000 })
  await using opened = await openSession(server.url, 256)
  const drive = (requests: readonly GenerateRequest[]): Promise<RequestRecord[]> =>
    driveOpenLoop(opened.session, requests, {
      arrivalsMs: planArrivals(
        { pattern: 'poisson', requestsPerSecond: 2000 },
        requests.length,
        seededRandom(1),
      ),
      concurrencyCap: null,
      clock,
      signal,
    })
  await drive(requestsOf(2000, 1))
  const requests = requestsOf(count, 1)
  opened.session.prepare?.(requests)
  const watch = opened.session.watchClient?.()
  const records = await drive(requests)
  const proof = watch?.stop()
  const skews = Float64Array.from(
    records.map(({ sentAtMs, scheduledAtMs = 0 }) => sentAtMs - scheduledAtMs),
  ).sort()
  const name = 'client, 10 000 requests at 2 000/s'
  return [
    row(`${name}: send skew p99`, quantile(skews, 0.99) ?? 0, 'ms', 5),
    row(`${name}: send skew p50`, quantile(skews, 0.5) ?? 0, 'ms', null),
    row(`${name}: from send to system p99`, proof?.dispatchDelayP99Ms ?? 0, 'ms', null),
  ]
}

async function measureClosed({ served, streams, tokens, rounds }: Load): Promise<ClientProof> {
  await using server = await openFakeServerProcess(served)
  await using opened = await openSession(server.url, streams)
  const { session } = opened
  const load = { concurrency: streams, clock, signal }
  await driveLoad(session, requestsOf(streams * warmupRounds, tokens), load)
  const requests = requestsOf(streams * rounds, tokens)
  session.prepare?.(requests)
  const watch = session.watchClient?.()
  const records = await driveLoad(session, requests, load)
  const proof = watch?.stop()
  const failed = records.find(({ outcome }) => outcome.status !== 'completed')
  if (proof === undefined || failed !== undefined) throw new Error('a request failed')
  return proof
}

async function openSession(
  baseUrl: string,
  connections: number,
): Promise<AsyncDisposable & { session: BackendSession }> {
  const opened = await openClient({
    baseUrl,
    apiKey: null,
    kind: 'completions',
    model: 'fake',
    decoder: decoderSchema.parse({}),
    connections,
    stallMs: 60_000,
    clock,
    signal,
  })
  const close = () => opened[Symbol.asyncDispose]()
  const session: BackendSession = {
    version: '1',
    model: null,
    observed: async () => ({}),
    prepare: opened.prepare,
    generate: opened.generate,
    watchClient: opened.watch,
    [Symbol.asyncDispose]: close,
  }
  return { session, [Symbol.asyncDispose]: close }
}

const requestsOf = (count: number, maxOutputTokens: number): GenerateRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    index,
    prompt: `This is request number ${index} of a load that measures the client`,
    promptTokens: null,
    maxOutputTokens,
    seed: index,
  }))

const cpuPerToken = ({ cpuMs, tokens }: ClientProof): number => (1000 * cpuMs) / tokens
const row = (name: string, value: number, unit: string, limit: number | null): BenchRow =>
  limitedRow({ name, value, unit, limit })
