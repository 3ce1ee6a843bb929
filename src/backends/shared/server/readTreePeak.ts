/** How much memory a program and all it started had at most. */

import { readFileSync } from 'node:fs'
import { treeMembers } from '../../../core/treeCpu.ts'

/**
 * Sum over the processes of the most that each had resident, in bytes; null off Linux. What they share is counted once for
 * each, and their peaks need not fall together: it is no less than the truth.
 */
export function readTreePeak(leaderPid: number): number | null {
  const peaks = treeMembers(leaderPid).map(({ pid }) => peakOf(pid))
  const known = peaks.filter((bytes) => bytes !== null)
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0)
}

/** `VmHWM` of proc_pid_status(5), which writes kB for KiB. */
function peakOf(pid: number): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  } catch {
    // It ended meanwhile.
    return null
  }
}
