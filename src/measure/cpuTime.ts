/** CPU time spent so far: by this process, by its main thread (the harness) and by the whole host. */

import { readFileSync } from 'node:fs'
import { hostBusyMs } from '../core/hostBusy.ts'

export interface CpuTime {
  /** User and system time of all threads of this process, milliseconds. */
  processMs: number
  /** The main thread alone; null off Linux. */
  mainThreadMs: number | null
  /** All processes of the host on all cores; null off Linux. */
  hostBusyMs: number | null
}

export function readCpuTime(): CpuTime {
  const { user, system } = process.cpuUsage()
  return {
    processMs: (user + system) / 1000,
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
