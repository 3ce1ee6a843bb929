/** The least that a client on `node:http` can do, to set ours beside: it counts event ends and keeps nothing. */

import { Agent, request } from 'node:http'
import type { FakeServerOptions } from '../backends/shared/fakeServer/fakeServerOptions.ts'
import { openFakeServerProcess } from '../backends/shared/fakeServer/openFakeServerProcess.ts'
import { monotonicClock as clock } from '../core/clock.ts'

export interface Load {
  served: Partial<FakeServerOptions>
  streams: number
  tokens: number
  /** Requests per stream. */
  rounds: number
}

/** The engine of JavaScript needs about two rounds to compile what is hot; a measurement has its warm-up. */
export const warmupRounds = 2

/** CPU time per token, microseconds, after the same warm-up as ours. */
export async function plainClient({ served, streams, tokens, rounds }: Load): Promise<number> {
  await using server = await openFakeServerProcess(served)
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const body = JSON.stringify({
    prompt: 'hello',
    max_tokens: tokens,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
  })
  let count = 0
  const countEvents = (piece: Buffer): void => {
    clock.nowMs()
    for (let at = piece.indexOf('\n\n'); at >= 0; at = piece.indexOf('\n\n', at + 1)) count++
  }
  const askOnce = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { method: 'POST', agent, headers: { 'content-length': body.length } }
      request(`${server.url}/completions`, options, (response) => {
        response.on('data', countEvents)
        response.on('end', resolve)
      })
        .on('error', reject)
        .end(body)
    })
  const lane = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await askOnce()
  }
  const inLanes = (times: number) => Promise.all(Array.from({ length: streams }, () => lane(times)))
  await inLanes(warmupRounds)
  count = 0
  const before = process.cpuUsage()
  await inLanes(rounds)
  const { user, system } = process.cpuUsage(before)
  agent.destroy()
  return (user + system) / count
}
