/** Which devices the next run of a study takes, or that it has to wait for a run to end. Pure. */

import type { StudySettings } from '../config/studyConfig.ts'

type Execution = StudySettings['execution']

/** A GPU that runs share out among them, or the whole machine where they do not. */
export interface Device {
  id: string
  isBusy: boolean
  /** The last run on it that has ended; null when there was none in this session. */
  last: EndedRun | null
}

interface EndedRun {
  cycle: number
  endedMs: number
}

export interface StartedRun {
  cycle: number
  /** Nothing may run beside it. */
  isAlone: boolean
}

export interface NextRun extends StartedRun {
  /** Of the devices. */
  count: number
}

export interface Choice {
  devices: readonly string[]
  /** The run from whose end its rest counts; null when there was none. */
  after: EndedRun | null
}

/**
 * Runs begin in the order of the plan: one that has to wait holds back all behind it. It takes the devices that have rested
 * longest. Null: it has to wait.
 */
export function chooseDevices(
  next: NextRun,
  { devices, running }: { devices: readonly Device[]; running: readonly StartedRun[] },
  execution: Execution,
): Choice | null {
  const isCrowded = next.isAlone || running.some(({ isAlone }) => isAlone)
  if (running.length > 0 && isCrowded) return null
  const isEarly = finishesCycles(execution) && running.some(({ cycle }) => cycle !== next.cycle)
  if (isEarly) return null
  const free = devices.filter(({ isBusy }) => !isBusy)
  if (free.length < next.count) return null
  const chosen = free.toSorted((a, b) => endOf(a) - endOf(b)).slice(0, next.count)
  // A new cycle rests from the end of the last one, whatever devices it ended on.
  const overall = lastOf(devices)
  const isNewCycle = overall !== null && overall.cycle !== next.cycle && finishesCycles(execution)
  return { devices: chosen.map(({ id }) => id), after: isNewCycle ? overall : lastOf(chosen) }
}

/** Every order but one ends a cycle before the next begins; that one does where it has to rest between them. */
function finishesCycles({ cycle_order, cycle_gap_seconds }: Execution): boolean {
  return cycle_order !== 'sequential' || cycle_gap_seconds > 0
}

const endOf = ({ last }: Device): number => last?.endedMs ?? Number.NEGATIVE_INFINITY

function lastOf(devices: readonly Device[]): EndedRun | null {
  const [first] = devices
    .flatMap(({ last }) => last ?? [])
    .toSorted((a, b) => b.endedMs - a.endedMs)
  return first ?? null
}
