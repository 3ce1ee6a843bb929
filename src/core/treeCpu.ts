/** How much CPU time a program and all it started have spent so far. */

import { type Process, readProcesses } from './processTable.ts'

/** Milliseconds; null when the program, which leads a session, is not there or the system does not tell. */
export function treeCpuMs(leaderPid: number): number | null {
  const members = treeMembers(leaderPid)
  return members.length === 0 ? null : members.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

/** The program and all it started that are there now; none off Linux. */
export function treeMembers(leaderPid: number): Process[] {
  const processes = readProcesses()
  const pids = new Set<number>([leaderPid])
  const isMember = ({ pid, parentPid, sessionId }: Process): boolean =>
    pids.has(pid) || pids.has(parentPid) || sessionId === leaderPid
  let sizeBefore = 0
  while (pids.size > sizeBefore) {
    sizeBefore = pids.size
    for (const one of processes) if (isMember(one)) pids.add(one.pid)
  }
  return processes.filter(({ pid }) => pids.has(pid))
}
