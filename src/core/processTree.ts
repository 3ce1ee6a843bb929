/** A program and everything it started: how its members are recognized, and how all of them end. */

import type { Clock } from './clock.ts'
import { AppError } from './errors.ts'
import { type Process, readProcess, readProcesses, readVariable } from './processTable.ts'

export interface TreeRoot {
  /** The first process, which leads a session and a group of its own. */
  leaderPid: number
  /** What the environment of every member holds in `treeVariable`. */
  mark: string
}

export interface ProcessTree {
  /** Remembers who is a member now: those who lose parent and mark afterwards are still known. */
  look(): void
  /**
   * Kills every member but this process and resolves when none is left; `PROCESS_STUCK` when one cannot be killed.
   * Outside Linux the members that left the group cannot be found: there, the group is all we reach.
   */
  kill(clock: Clock): Promise<void>
}

/**
 * Members carry this variable, so they are found even after they left the session and lost their parent.
 * A program started by a member adds its own mark behind those it inherited: `/outer//inner/`.
 */
export const treeVariable = 'LLEM_PROCESS_TREE'

/** Between two looks at what is left: a killed process needs a moment to give back its memory and its devices. */
const lookMs = 10
/** A process that outlives SIGKILL by this hangs inside the kernel, most often in a driver. */
const stuckMs = 10_000

export function processTree(root: TreeRoot): ProcessTree {
  const own = readProcess('self')
  if (own === null) {
    return { look() {}, kill: async () => signalProcess(-root.leaderPid, 'SIGKILL') }
  }
  const findMembers = memberFinder(root, own)
  return {
    look: () => void findMembers(),
    async kill(clock) {
      const startedMs = clock.nowMs()
      for (let left = findMembers(); left.length > 0; left = findMembers()) {
        if (clock.nowMs() - startedMs > stuckMs) {
          throw new AppError('PROCESS_STUCK', {
            pids: left.map(({ pid }) => pid),
            afterMs: stuckMs,
          })
        }
        // Whole groups first: the kernel lets no member of a group fork while it signals the group.
        const groups = new Set(left.map(({ groupId }) => groupId))
        for (const id of groups) if (id > 1 && id !== own.groupId) signalProcess(-id, 'SIGKILL')
        for (const { pid } of left) signalProcess(pid, 'SIGKILL')
        await clock.sleep(lookMs)
      }
    },
  }
}

/** The marks that this process itself carries; empty when none of ours started it. */
export function inheritedMarks(): string {
  return readVariable('self', treeVariable)
}

/** Sends a signal to a process or, with a negative id, to a group. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: already gone, as wanted. EPERM: not ours to end; `kill` finds it alive and says so.
  }
}

/**
 * Finds the members that are alive: whoever carries the mark, sits in the leader's session or was found at an earlier
 * look, and whoever such a one started or shares a session with. The mark alone is not enough: a program that renames
 * itself (setproctitle, used by vLLM) overwrites its environment.
 */
function memberFinder({ leaderPid, mark }: TreeRoot, own: Process): () => Process[] {
  const known = new Set<string>()
  const sessions = new Set<number>([leaderPid])
  return () => {
    const others = readProcesses().filter(({ pid }) => pid !== own.pid)
    const pids = new Set<number>(leaderPid === own.pid ? [own.pid] : [])
    const join = ({ pid, identity, sessionId }: Process): void => {
      pids.add(pid)
      known.add(identity)
      // Our own session is our user's too, and 0 is that of all whose session leader is outside our container.
      if (sessionId !== own.sessionId && sessionId !== 0) sessions.add(sessionId)
    }
    const isMember = ({ pid, identity, parentPid, sessionId }: Process): boolean =>
      known.has(identity) ||
      pids.has(parentPid) ||
      sessions.has(sessionId) ||
      (mark !== '' && readVariable(pid, treeVariable).includes(mark))
    let outside = others
    for (let joined = outside.filter(isMember); joined.length > 0; ) {
      for (const one of joined) join(one)
      outside = outside.filter(({ pid }) => !pids.has(pid))
      joined = outside.filter(isMember)
    }
    return others.filter(({ pid, isAlive }) => isAlive && pids.has(pid))
  }
}
