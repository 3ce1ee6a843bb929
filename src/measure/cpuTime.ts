/** CPU time spent so far: by this process and its engine, by its main thread (the harness) and by the whole host. */

import { readFileSync } from 'node:fs'
import { hostBusyMs } from '../core/hostBusy.ts'

export interface CpuTime {
  /** User and system time of all threads of this process and of an engine of its own; null when the engine's is unknown. */
  processMs: number | null
  /** The main thread alone; null off Linux. */
  mainThreadMs: number | null
  /** All processes of the host on all cores; null off Linux. */
  hostBusyMs: number | null
}

/** `engineMs` is what an engine in other processes has spent; 0 for one in this process. */
export function readCpuTime(engineMs: number | null): CpuTime {
  const { user, system } = process.cpuUsage()
  return {
    processMs: engineMs === null ? null : (user + system) / 1000 + engineMs,
    mainThreadMs: mainThreadMs(),
    hostBusyMs: hostBusyMs(),
  }
}

/** `schedstat` begins with the nanoseconds the thread has run (Documentation/scheduler/sched-stats.rst). */
function mainThreadMs(): number | null {
  const text = readProc(`/proc/self/task/${process.pid}/schedstat`)
  const runNs = Number(text?.split(' ')[0])
  return text === null || !Number.isFinite(runNs) ? null : runNs / 1e6
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not Linux, or a sandbox that hides /proc: the figure is unknown.
    return null
  }
}
