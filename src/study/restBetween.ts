/** The rest between two runs, so that each finds the machine as the one before found it. */

import type { StudyEvent, WaitReason } from '../core/events.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import { gapBetween } from './gapBetween.ts'
import { isAmong } from './isAmong.ts'
import type { SessionDeps } from './runSession.ts'
import type { ReadyRun } from './studyCourse.ts'
import { waitFor } from './waitFor.ts'

/**
 * The cycle gap where the cycle changes from one run to the next, whatever their order, and never shorter than the other
 * gap; or until the devices are cool, where they tell. Returns what the next run must know of its start.
 */
export async function* restBetween(
  { run, gpus, after }: Pick<ReadyRun, 'run' | 'gpus' | 'after'>,
  deps: SessionDeps,
): AsyncGenerator<StudyEvent, Warning[]> {
  if (after === null) return []
  const { execution } = deps.plan.settings
  const { gap_until_celsius } = execution
  const { reason, durationMs } = gapBetween(after, run, execution)
  const hottest = () => hottestCelsius(deps.machine.meters, gpus)
  if (gap_until_celsius !== undefined && hottest() !== null) {
    return yield* coolDown({ reason, untilCelsius: gap_until_celsius, hottest }, deps)
  }
  const restedMs = deps.clock.nowMs() - after.endedMs
  yield* waitFor(reason, Math.max(0, durationMs - restedMs), deps)
  return []
}

/** Of these GPUs, or of all devices that the energy sources tell of; null when none tells. */
function hottestCelsius(
  meters: readonly EnergyMeter[],
  gpus: readonly string[] | null,
): number | null {
  const devices = meters.flatMap((meter): { temperatureC: number | null }[] =>
    (meter.state?.() ?? meter.devices?.() ?? []).filter(isAmong(gpus, meter)),
  )
  const known = devices.flatMap(({ temperatureC }) => (temperatureC === null ? [] : [temperatureC]))
  return known.length === 0 ? null : Math.max(...known)
}

const lookMs = 1000
/** A board leaves full load behind in a few minutes; one that is still warm then will not get cooler. */
const longestMs = 10 * 60_000

interface CoolDown {
  reason: WaitReason
  untilCelsius: number
  hottest(): number | null
}

async function* coolDown(
  { reason, untilCelsius, hottest }: CoolDown,
  { clock, stop }: SessionDeps,
): AsyncGenerator<StudyEvent, Warning[]> {
  const startMs = clock.nowMs()
  const untilMs = startMs + longestMs
  for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
    const now = hottest()
    const isOver = clock.nowMs() >= untilMs
    if (now === null || now <= untilCelsius || isOver) {
      if (!isFirst) yield { type: 'waited', reason }
      if (now === null || now <= untilCelsius) return []
      return [warn('STILL_WARM', { celsius: now, untilCelsius, waitedMs: longestMs })]
    }
    const celsius = { now, until: untilCelsius }
    yield { type: 'waiting', reason, untilMs, celsius, holder: null }
    // Ended early, the loop sees why.
    await clock.sleep(lookMs, stop.signal).catch(() => {})
  }
  yield { type: 'waited', reason }
  return []
}
