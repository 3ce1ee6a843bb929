/** Runs the load of the window and watches what it costs. Nothing here allocates while requests run but their records. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { LoadPlan } from '../workloads/planLoad.ts'
import { type RunLoadOptions, runLoad } from '../workloads/runLoad.ts'
import { readCpuTime } from './cpuTime.ts'
import { watchServer } from './server/watchServer.ts'

const delayResolutionMs = 20

/** The one window: from the first request sent to the last one ended, by the stamps of the requests themselves. */
export async function driveWindow(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  load: RunLoadOptions & { plan: LoadPlan },
) {
  const { clock, signal } = load
  const server = await watchServer(session.metricsUrl, { clock, signal })
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  const startedAt = clock.wallDate().toISOString()
  const watch = session.watchClient?.()
  const engineMs = (): number | null => (session.cpuMs === undefined ? 0 : session.cpuMs())
  const cpuBefore = readCpuTime(engineMs())
  const records = await runLoad(session, requests, load)
  const cpuAfter = readCpuTime(engineMs())
  const client = watch?.stop() ?? null
  delay.disable()
  const serverLooks = await server.stop()
  const window = {
    startMs: records.reduce(
      (least, { sentAtMs }) => Math.min(least, sentAtMs),
      Number.POSITIVE_INFINITY,
    ),
    endMs: records.reduce((most, { endedAtMs }) => Math.max(most, endedAtMs), 0),
  }
  return {
    window,
    startedAt,
    requests: records,
    cpuBefore,
    cpuAfter,
    client,
    server: serverLooks,
    usesPrefixCache: session.usesPrefixCache === true,
    // The histogram holds the time between two samples, which is the resolution plus the delay.
    eventLoopDelayP99Ms:
      delay.count === 0 ? null : Math.max(0, delay.percentile(99) / 1e6 - delayResolutionMs),
  }
}
