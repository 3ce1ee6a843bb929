/** The steps of a fake engine: one timer for all streams, as a batch has one step for all its members. */

import type { Clock } from '../../../core/clock.ts'
import { seededRandom } from '../../../core/random.ts'
import { secondsToMs } from '../../../core/units.ts'
import type { FakeServerOptions } from './fakeServerOptions.ts'

/** Something that takes part in steps. */
export interface Member {
  /** Takes part in no step before this, milliseconds. */
  readyAtMs: number
  /** One step: it stays, it leaves, or it can do nothing until somebody calls `wake`. */
  step(nowMs: number): 'stays' | 'leaves' | 'blocked'
}

export interface Engine {
  add(member: Member): void
  remove(member: Member): void
  /** A member that was blocked can go on. */
  wake(): void
  runningCount(): number
  waitingCount(): number
  stop(): void
}

export function openEngine(options: FakeServerOptions, clock: Clock): Engine {
  const { max_running, unpaced } = options
  const nextStepMs = stepLengths(options)
  const running = new Set<Member>()
  const waiting = new Set<Member>()
  let dueMs = 0
  let cancel: (() => void) | null = null

  const schedule = (atMs: number): void => {
    if (running.size === 0 || (cancel !== null && atMs >= dueMs)) return
    cancel?.()
    dueMs = atMs
    const delayMs = atMs - clock.nowMs()
    if (unpaced && delayMs <= 0) {
      const immediate = setImmediate(onTimer)
      cancel = () => clearImmediate(immediate)
    } else {
      const timeout = setTimeout(onTimer, delayMs)
      cancel = () => clearTimeout(timeout)
    }
  }
  const onTimer = (): void => {
    cancel = null
    const nowMs = clock.nowMs()
    if (unpaced) {
      const nextMs = stepAll(nowMs)
      if (nextMs < Number.POSITIVE_INFINITY) schedule(nextMs)
      return
    }
    // A timer that fires late makes up for the steps it missed: the rate is kept.
    for (; dueMs <= nowMs; dueMs += nextStepMs()) stepAll(nowMs)
    schedule(dueMs)
  }
  /** When somebody can do something again; infinity when all are blocked. */
  const stepAll = (nowMs: number): number => {
    let nextMs = Number.POSITIVE_INFINITY
    for (const member of running) {
      const outcome = member.readyAtMs > nowMs ? 'stays' : member.step(nowMs)
      if (outcome === 'leaves') running.delete(member)
      if (outcome === 'stays') nextMs = Math.min(nextMs, Math.max(nowMs, member.readyAtMs))
    }
    for (const member of waiting) {
      if (running.size >= max_running) break
      waiting.delete(member)
      running.add(member)
      nextMs = nowMs
    }
    return nextMs
  }
  const isStepping = (): boolean => {
    const nowMs = clock.nowMs()
    return cancel !== null && [...running].some(({ readyAtMs }) => readyAtMs <= nowMs)
  }
  return {
    add(member) {
      const group = running.size < max_running ? running : waiting
      group.add(member)
      // A step that others wait for is not moved: a batch has one step for all.
      if (!isStepping()) schedule(member.readyAtMs)
    },
    remove(member) {
      running.delete(member)
      waiting.delete(member)
    },
    wake: () => schedule(clock.nowMs()),
    runningCount: () => running.size,
    waitingCount: () => waiting.size,
    stop() {
      running.clear()
      waiting.clear()
      cancel?.()
    },
  }
}

/** Lengths of one step after the other, milliseconds; never shorter than a tenth of the mean. */
function stepLengths({ tokens_per_second, tokens_per_chunk, jitter }: FakeServerOptions) {
  const meanMs = secondsToMs(tokens_per_chunk / tokens_per_second)
  const random = seededRandom(1)
  return (): number => meanMs * Math.max(0.1, 1 + jitter * random.normal())
}
