/**
 * What a second process adds to the load client, against a server that costs little. Where cores are free for both and for the
 * server, their rate tells; where they are not, the CPU time that they need for a token does: with a core each, two processes
 * are 2 over that ratio as fast as one.
 */

import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openServerProcess } from '../backends/shared/fakeServer/openFakeServerProcess.ts'
import { decoderSchema } from '../config/decoder.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { readHost } from '../core/host.ts'
import { toJson } from '../core/json.ts'
import { msToSeconds } from '../core/units.ts'
import { openShards } from '../workloads/shards/openShards.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const streams = 64
const tokensPerRequest = 2000
const rounds = 16
const least = 1.6
/** Two that send, and the server. */
const neededCores = 3
/** The rest of the machine in cores, above which none is free. */
const busyCores = 0.5

const program = fileURLToPath(new URL('./cannedServer.js', import.meta.url))

export async function shards(): Promise<BenchRow[]> {
  const [load = 0] = loadavg()
  const isFree = load < busyCores && readHost('/').usableCores >= neededCores
  await using server = await openServerProcess([program, String(tokensPerRequest)])
  const alone = await sendAll(server.url, 1)
  const together = await sendAll(server.url, 2)
  const name = `client, ${streams} streams of prepared answers`
  const rate = (value: number, count: string): BenchRow =>
    limitedRow({ name: `${name}: ${count}`, value, unit: 'tokens/s', limit: null })
  return [
    rate(alone.tokensPerSecond, '1 process'),
    rate(together.tokensPerSecond, '2 processes'),
    limitedRow({
      name: `${name}: time with 2 over time with 1, ${neededCores} cores free`,
      value: alone.tokensPerSecond / together.tokensPerSecond,
      unit: 'x',
      limit: isFree ? 1 / least : null,
    }),
    limitedRow({
      name: `${name}: CPU time per token with 2 over with 1`,
      value: together.cpuMsPerToken / alone.cpuMsPerToken,
      unit: 'x',
      limit: 2 / least,
    }),
  ]
}

async function sendAll(baseUrl: string, count: number) {
  await using opened = await openShards({
    client: toJson({
      baseUrl,
      apiKey: null,
      kind: 'completions',
      model: 'canned',
      decoder: decoderSchema.parse({}),
      stallMs: 60_000,
      agreement: { fields: 'all', refusedFields: [], usage: 'continuous' },
    }),
    plan: { kind: 'closed', concurrency: streams },
    requests: Array.from({ length: streams * rounds }, (_, index) => ({
      index,
      prompt: `Request ${index}`,
      promptTokens: null,
      maxOutputTokens: tokensPerRequest,
      seed: index,
    })),
    count,
    clock,
    signal: new AbortController().signal,
  })
  const { records, proof } = await opened.run(() => {})
  const startMs = records.reduce(
    (first, one) => Math.min(first, one.sentAtMs),
    Number.POSITIVE_INFINITY,
  )
  const endMs = records.reduce((last, one) => Math.max(last, one.endedAtMs), 0)
  const { tokens, cpuMs } = proof ?? { tokens: Number.NaN, cpuMs: Number.NaN }
  return { tokensPerSecond: tokens / msToSeconds(endMs - startMs), cpuMsPerToken: cpuMs / tokens }
}
