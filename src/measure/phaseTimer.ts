/** Names the phases as they pass, keeps their windows and tells the host. */

import type { Clock } from '../core/clock.ts'
import type { WorkerEvent } from '../core/events.ts'
import type { PhaseName } from '../core/phases.ts'
import type { Window } from '../store/resultFile.ts'

export interface PhaseTimer {
  /** Runs one phase and keeps its window. */
  run<T>(phase: PhaseName, work: () => Promise<T>): Promise<T>
  /** The phase that runs now or ran last; null before the first. */
  current(): PhaseName | null
  windows(): { phase: PhaseName; startMs: number; endMs: number }[]
  window(phase: PhaseName): Window | null
}

export function phaseTimer(clock: Clock, emit: (event: WorkerEvent) => void): PhaseTimer {
  const windows: { phase: PhaseName; startMs: number; endMs: number }[] = []
  let current: PhaseName | null = null
  return {
    async run(phase, work) {
      current = phase
      const startMs = clock.nowMs()
      emit({ type: 'phaseStarted', phase, atMs: startMs })
      const value = await work()
      const endMs = clock.nowMs()
      windows.push({ phase, startMs, endMs })
      emit({ type: 'phaseEnded', phase, atMs: endMs, durationMs: endMs - startMs })
      return value
    },
    current: () => current,
    windows: () => [...windows],
    window(phase) {
      const found = windows.find((window) => window.phase === phase)
      return found === undefined ? null : { startMs: found.startMs, endMs: found.endMs }
    },
  }
}
