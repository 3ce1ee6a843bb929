/** CPU time of the calling thread, from the scheduler's own account. */

import { openSync, readSync } from 'node:fs'

/**
 * A function that reads the CPU time of the thread that made it, in milliseconds; null where the system does not tell.
 * Linux: the first field of schedstat is the time spent on the CPU in nanoseconds (kernel documentation, sched-stats).
 */
export function threadCpu(): () => number | null {
  const buffer = Buffer.alloc(64)
  const file = openStat()
  return () => {
    if (file === null) return null
    const [runNs = 0] = buffer
      .toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
      .split(' ')
      .map(Number)
    return runNs / 1e6
  }
}

/** The link is resolved by the thread that opens it, so the file stays that thread's. */
function openStat(): number | null {
  try {
    return openSync('/proc/thread-self/schedstat', 'r')
  } catch {
    // Not Linux, or a kernel without schedstat.
    return null
  }
}
