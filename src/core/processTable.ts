/** The processes of this machine as /proc shows them. Linux only: elsewhere the table is empty. */

import { readdirSync, readFileSync } from 'node:fs'
import { errorCodeOf } from './files.ts'

export interface Process {
  pid: number
  /** Id and start time together: an id alone may come back as another process. */
  identity: string
  parentPid: number
  groupId: number
  sessionId: number
  /** User and system time of all its threads and of the children that it has waited for, milliseconds. */
  cpuMs: number
  /** False for a process that has ended and waits for its parent to notice. */
  isAlive: boolean
}

/**
 * Reads the table. Synchronous: thousands of small reads at once would run out of file descriptors, and a quick look
 * leaves little time for a program that forks meanwhile.
 */
export function readProcesses(): Process[] {
  return listProc()
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(name))
    .filter((found) => found !== null)
}

/** One process by its id; null when it is gone. */
export function readProcess(pid: string): Process | null {
  return parseStat(readProc(`${pid}/stat`))
}

/** Whether a process of this id is there and has not ended, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (thrown) {
    return errorCodeOf(thrown) === 'EPERM'
  }
  return readProcess(String(pid))?.isAlive ?? true
}

/** The environment variable of a process as it was at its start; empty when unset, not ours to read, or gone. */
export function readVariable(pid: number | 'self', variable: string): string {
  const entries = readProc(`${pid}/environ`).split('\0')
  const entry = entries.find((text) => text.startsWith(`${variable}=`))
  return entry?.slice(variable.length + 1) ?? ''
}

/** Linux counts CPU time in ticks of 10 ms (USER_HZ is 100 on every architecture Node runs on). */
export const msPerTick = 10

/**
 * Fields by their number in proc_pid_stat(5). The name (2) stands in parentheses and may hold anything, so the count
 * starts behind the last one.
 */
function parseStat(text: string): Process | null {
  const nameEnd = text.lastIndexOf(')')
  if (nameEnd < 0) return null
  const fields = text.slice(nameEnd + 2).split(' ')
  const field = (number: number): string => fields[number - 3] ?? ''
  const pid = Number.parseInt(text, 10)
  const isEnded = field(3) === 'Z' || field(3) === 'X'
  return {
    pid,
    identity: `${pid}@${field(22)}`,
    parentPid: Number(field(4)),
    groupId: Number(field(5)),
    sessionId: Number(field(6)),
    cpuMs: [14, 15, 16, 17].reduce((sum, number) => sum + Number(field(number)), 0) * msPerTick,
    // The first thread may be gone while others (20) still give back memory and devices.
    isAlive: !isEnded || Number(field(20)) > 1,
  }
}

function listProc(): string[] {
  try {
    return readdirSync('/proc')
  } catch {
    // There is no /proc outside Linux.
    return []
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    // The process is gone, or it is someone else's.
    return ''
  }
}
