/** CPU time spent so far: by this process, by its main thread (the harness) and by the whole host. */

import { readFileSync } from 'node:fs'

export interface CpuTime {
  /** User and system time of all threads of this process, milliseconds. */
  processMs: number
  /** The main thread alone; null off Linux. */
  mainThreadMs: number | null
  /** All processes of the host on all cores; null off Linux. */
  hostBusyMs: number | null
}

/** Linux counts host time in ticks of 10 ms (USER_HZ is 100 on every architecture Node runs on). */
const msPerTick = 10

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

/** First line of /proc/stat: user nice system idle iowait irq softirq steal (proc(5)). Busy is all but idle, iowait and steal. */
function hostBusyMs(): number | null {
  const line = readProc('/proc/stat')?.split('\n')[0]
  if (line === undefined) return null
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq) * msPerTick
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not Linux, or a sandbox that hides /proc: the figure is unknown.
    return null
  }
}
