/** The rest between two runs, so that each finds the machine as the one before found it. */

import type { StudyEvent, WaitReason } from '../core/events.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import { gapBetween } from './gapBetween.ts'
import type { PlannedRun } from './plannedRun.ts'
import type { SessionDeps } from './runSession.ts'
import { waitFor } from './waitFor.ts'

/**
 * The cycle gap where the cycle changes from one run to the next, whatever their order, and never shorter than the other
 * gap; or until the devices are cool, where they tell. Returns what the next run must know of its start.
 */
export async function* restBetween(
  before: PlannedRun,
  next: PlannedRun,
  deps: SessionDeps,
): AsyncGenerator<StudyEvent, Warning[]> {
  const { execution } = deps.plan.settings
  const { gap_until_celsius } = execution
  const { reason, durationMs } = gapBetween(before, next, execution)
  const celsius = hottestCelsius(deps.machine.meters)
  if (gap_until_celsius !== undefined && celsius !== null) {
    return yield* coolDown(reason, gap_until_celsius, deps)
  }
  yield* waitFor(reason, durationMs, deps)
  return []
}

/** Of all devices that the energy sources tell of; null when none tells. */
function hottestCelsius(meters: readonly EnergyMeter[]): number | null {
  const devices: { temperatureC: number | null }[] = meters.flatMap(
    (meter): { temperatureC: number | null }[] => meter.state?.() ?? meter.devices?.() ?? [],
  )
  const known = devices.flatMap(({ temperatureC }) => (temperatureC === null ? [] : [temperatureC]))
  return known.length === 0 ? null : Math.max(...known)
}

const lookMs = 1000
/** A board leaves full load behind in a few minutes; one that is still warm then will not get cooler. */
const longestMs = 10 * 60_000

async function* coolDown(
  reason: WaitReason,
  untilCelsius: number,
  { clock, stop, machine }: SessionDeps,
): AsyncGenerator<StudyEvent, Warning[]> {
  const startMs = clock.nowMs()
  const untilMs = startMs + longestMs
  for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
    const now = hottestCelsius(machine.meters)
    const isOver = clock.nowMs() >= untilMs
    if (now === null || now <= untilCelsius || isOver) {
      if (!isFirst) yield { type: 'waited', reason }
      if (now === null || now <= untilCelsius) return []
      return [warn('STILL_WARM', { celsius: now, untilCelsius, waitedMs: longestMs })]
    }
    yield { type: 'waiting', reason, untilMs, celsius: { now, until: untilCelsius } }
    // Ended early, the loop sees why.
    await clock.sleep(lookMs, stop.signal).catch(() => {})
  }
  yield { type: 'waited', reason }
  return []
}
