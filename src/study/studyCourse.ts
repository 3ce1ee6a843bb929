/** What a study runs next, and on which devices: what is left of it, what runs, and what its failures mean. Knows no process and no clock. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { OutcomeSummary } from '../core/events.ts'
import { type Choice, chooseDevices, type Device, type StartedRun } from './chooseDevices.ts'
import { circuitBreaker } from './circuitBreaker.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SharedGpus } from './shareGpus.ts'

export interface ReadyRun extends Pick<Choice, 'after'> {
  run: PlannedRun
  /** UUIDs of its devices; null when it has the machine to itself. */
  gpus: readonly string[] | null
  /** It decides whether the study goes on: nothing runs beside it. */
  isTrial: boolean
}

export interface StudyCourse {
  /** The next run when it may begin now; null when it has to wait, and when none is left. */
  next(): Promise<ReadyRun | null>
  /** False when something has happened since that the run must wait for. */
  isStillReady(ready: ReadyRun): boolean
  start(ready: ReadyRun): void
  /** What the outcome means for the study. */
  end(
    run: PlannedRun,
    status: OutcomeSummary['status'],
    endedMs: number,
  ): 'go on' | 'circuit_broken'
  /** Whether every run has begun. */
  hasBegunAll(): boolean
}

interface Underway extends StartedRun {
  devices: readonly Device[]
  isTrial: boolean
}

/** Where no devices are shared out, the machine is the one device that every run takes. */
const machine = 'machine'

export function studyCourse(
  pending: readonly PlannedRun[],
  gpus: SharedGpus,
  execution: StudySettings['execution'],
): StudyCourse {
  const judge = circuitBreaker(execution.max_consecutive_failures)
  const ids = gpus.ids.length === 0 ? [machine] : gpus.ids
  const devices = ids.map((id): Device => ({ id, isBusy: false, last: null }))
  const running = new Map<PlannedRun, Underway>()
  let begun = 0
  let isTrialDue = false
  return {
    hasBegunAll: () => begun === pending.length,
    async next() {
      const run = pending[begun]
      if (run === undefined) return null
      const count = await gpus.countOf(run)
      const next = {
        cycle: run.cycle,
        count: count ?? devices.length,
        isAlone: count === null || isTrialDue,
      }
      const choice = chooseDevices(next, { devices, running: [...running.values()] }, execution)
      if (choice === null) return null
      const { after } = choice
      return { run, gpus: count === null ? null : choice.devices, isTrial: isTrialDue, after }
    },
    isStillReady: ({ isTrial }) => isTrial === isTrialDue,
    start({ run, gpus: taken, isTrial }) {
      begun++
      const own = devices.filter(({ id }) => taken === null || taken.includes(id))
      for (const device of own) device.isBusy = true
      const isAlone = taken === null || isTrial
      running.set(run, { cycle: run.cycle, isAlone, isTrial, devices: own })
    },
    end(run, status, endedMs) {
      const ended = running.get(run)
      running.delete(run)
      for (const device of ended?.devices ?? []) {
        device.isBusy = false
        device.last = { cycle: run.cycle, endedMs }
      }
      // What ran when the breaker opened says nothing of what comes after: the trial decides.
      if (status === 'skipped' || (isTrialDue && ended?.isTrial !== true)) return 'go on'
      const verdict = judge(status === 'failed')
      isTrialDue = verdict === 'rest'
      return verdict === 'broken' ? 'circuit_broken' : 'go on'
    },
  }
}
