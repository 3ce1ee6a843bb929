/** How much CPU time the whole host has spent so far. */

import { readFileSync } from 'node:fs'
import { msPerTick } from './processTable.ts'

/**
 * All processes on all cores, in milliseconds; null off Linux. First line of /proc/stat: user nice system idle iowait irq
 * softirq steal (proc(5)). Busy is all but idle, iowait and steal.
 */
export function hostBusyMs(): number | null {
  const line = readStat()?.split('\n')[0]
  if (line === undefined) return null
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq) * msPerTick
}

function readStat(): string | null {
  try {
    return readFileSync('/proc/stat', 'utf8')
  } catch {
    // Not Linux, or a sandbox that hides /proc: the figure is unknown.
    return null
  }
}
