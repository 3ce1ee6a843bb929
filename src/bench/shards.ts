/** What a second process adds to the load client, where a core is free for it: against a server that costs next to nothing. */

import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openServerProcess } from '../backends/shared/fakeServer/openFakeServerProcess.ts'
import { decoderSchema } from '../config/decoder.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { readHost } from '../core/host.ts'
import { toJson } from '../core/json.ts'
import { openShards } from '../workloads/shards/openShards.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const streams = 64
const tokensPerRequest = 2000
const rounds = 16
const least = 1.6
/** The rest of the machine in cores, above which none is free. */
const busyCores = 0.5

const program = fileURLToPath(new URL('./cannedServer.js', import.meta.url))

export async function shards(): Promise<BenchRow[]> {
  const [load = 0] = loadavg()
  const isFree = load < busyCores && readHost('/').usableCores >= 2
  await using server = await openServerProcess([program, String(tokensPerRequest)])
  const alone = await tokensPerSecond(server.url, 1)
  const together = await tokensPerSecond(server.url, 2)
  const name = `client, ${streams} streams of prepared answers`
  return [
    { name: `${name}: 1 process`, value: alone, unit: 'tokens/s', limit: null, isMet: true },
    { name: `${name}: 2 processes`, value: together, unit: 'tokens/s', limit: null, isMet: true },
    limitedRow({
      name: `${name}: time with 2 over time with 1 (1/${least} when a core is free; load ${load.toFixed(1)})`,
      value: alone / together,
      unit: '',
      limit: isFree ? 1 / least : null,
    }),
  ]
}

async function tokensPerSecond(baseUrl: string, count: number): Promise<number> {
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
  return (1000 * (proof?.tokens ?? 0)) / (endMs - startMs)
}
