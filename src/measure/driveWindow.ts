/** Runs the load of the window and watches what it costs. Nothing here allocates while requests run but their records. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { ClientProof } from '../core/clientProof.ts'
import type { Window } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import type { LoadPlan } from '../workloads/planLoad.ts'
import { runLoad } from '../workloads/runLoad.ts'
import type { SendOptions } from '../workloads/sendRequest.ts'
import type { Shards } from '../workloads/shards/openShards.ts'
import { readCpuTime } from './cpuTime.ts'
import type { ServerWatch } from './server/watchServer.ts'
import type { LoadListener } from './tellLoad.ts'

const delayResolutionMs = 20

interface WindowLoad extends SendOptions, LoadListener {
  plan: LoadPlan
  /** The processes that send; null where this one does. */
  shards: Shards | null
  /** Has looked at the server already. */
  server: ServerWatch
}

/** The one window: from the first request sent to the last one ended, by the stamps of the requests themselves. */
export async function driveWindow(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  load: WindowLoad,
) {
  const { clock, shards, server } = load
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  const startedAt = clock.wallDate().toISOString()
  const engineMs = (): number | null => (session.cpuMs === undefined ? 0 : session.cpuMs())
  const cpuBefore = readCpuTime(engineMs())
  server.begin()
  const { records, proof, otherCpuMs } = await (shards === null
    ? sendHere(session, requests, load)
    : sendByShards(shards, load))
  server.end()
  const cpuAfter = readCpuTime(plus(engineMs(), otherCpuMs))
  delay.disable()
  return {
    window: windowOf(records),
    startedAt,
    requests: records,
    cpuBefore,
    cpuAfter,
    client: proof,
    usesPrefixCache: session.usesPrefixCache === true,
    // The histogram holds the time between two samples, which is the resolution plus the delay.
    eventLoopDelayP99Ms:
      delay.count === 0 ? null : Math.max(0, delay.percentile(99) / 1e6 - delayResolutionMs),
  }
}

/** Before the window, so that starting them is no part of it. Null where one process sends: this one. */
export async function openShardsFor(
  { clientSettings }: BackendSession,
  requests: readonly GenerateRequest[],
  load: SendOptions & { plan: LoadPlan; processes: number },
): Promise<Shards | null> {
  if (load.processes < 2 || clientSettings === undefined) return null
  const { plan, processes, clock, signal, timeoutMs } = load
  // Loads what starts programs, which one process does not need.
  const { openShards } = await import('../workloads/shards/openShards.ts')
  return openShards({
    client: clientSettings,
    plan,
    requests,
    count: processes,
    clock,
    signal,
    timeoutMs,
  })
}

interface Sent {
  records: RequestRecord[]
  proof: ClientProof | null
  /** CPU time of processes of ours beside this one. */
  otherCpuMs: number
}

async function sendHere(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  load: WindowLoad,
): Promise<Sent> {
  const watch = session.watchClient?.()
  const records = await runLoad(session, requests, load)
  return { records, proof: watch?.stop() ?? null, otherCpuMs: 0 }
}

async function sendByShards(shards: Shards, { onProgress }: WindowLoad): Promise<Sent> {
  const { records, proof } = await shards.run(onProgress)
  return { records, proof, otherCpuMs: proof?.cpuMs ?? 0 }
}

const plus = (a: number | null, b: number): number | null => (a === null ? null : a + b)

function windowOf(records: readonly RequestRecord[]): Window {
  let startMs = Number.POSITIVE_INFINITY
  let endMs = 0
  for (const { sentAtMs, endedAtMs } of records) {
    startMs = Math.min(startMs, sentAtMs)
    endMs = Math.max(endMs, endedAtMs)
  }
  return { startMs, endMs }
}
