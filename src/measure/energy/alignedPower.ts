/** Joules of a window from a power sensor that was watched around it: the whole of what it smoothed, less quiet power. */

import { msToSeconds } from '../../core/units.ts'
import { mean, standardDeviation } from '../../stats/descriptive.ts'
import type { Window } from '../../store/resultFile.ts'
import { powerReachMs, sensorDelayMs } from '../sensorDelayMs.ts'
import type { AlignedEnergy, QuietTimes } from './alignedEnergy.ts'
import type { DomainSeries } from './domainSeries.ts'
import { within } from './findGap.ts'
import { integralJ, lineIn, type PowerPoint } from './powerEnergy.ts'

/**
 * Null when the quiet times are too short or were not read. A sensor that averages over W and publishes every T smears the
 * ends of the window over (W + T) / 2 to both sides. Integrating out to there takes in all of it, and the quiet power of
 * that stretch is known (the confidence window of arXiv 2604.06056, turned outward).
 */
export function alignedPower(
  { domain, readings, spacingMs }: DomainSeries,
  window: Window,
  { before, after }: QuietTimes,
): AlignedEnergy | null {
  const reachMs = powerReachMs(domain)
  if (reachMs === null) return null
  const delayMs = sensorDelayMs(domain)
  const points = readings.flatMap(({ atMs, watts }) =>
    watts === null ? [] : [{ atMs: atMs - delayMs, powerW: watts }],
  )
  const wide = { startMs: window.startMs - reachMs, endMs: window.endMs + reachMs }
  const quietBefore = quietPower(points, { startMs: before.startMs + reachMs, endMs: wide.startMs })
  const quietAfter = quietPower(points, { startMs: wide.endMs, endMs: after.endMs - reachMs })
  if (quietBefore === null || quietAfter === null) return null
  const reachSeconds = msToSeconds(reachMs)
  const energyJ =
    integralJ(lineIn(points, wide)) - (quietBefore.powerW + quietAfter.powerW) * reachSeconds
  const meanW = energyJ / msToSeconds(window.endMs - window.startMs)
  // The step at each end is placed between two readings, evenly: sd = D d / sqrt(12) (GUM, JCGM 100:2008, 4.3.7).
  const stampSeconds = msToSeconds(spacingMs ?? 0) / Math.sqrt(12)
  return {
    energyJ,
    boundaryJ: Math.hypot(
      quietBefore.sdW * reachSeconds,
      quietAfter.sdW * reachSeconds,
      (meanW - quietBefore.powerW) * stampSeconds,
      (meanW - quietAfter.powerW) * stampSeconds,
    ),
  }
}

/** Mean and spread of the values of a quiet time; null when it was not read, or has no length. */
function quietPower(
  points: readonly PowerPoint[],
  quiet: Window,
): { powerW: number; sdW: number } | null {
  const powers = points.filter(within(quiet)).map(({ powerW }) => powerW)
  const powerW = mean(powers)
  const isCovered = (points.at(-1)?.atMs ?? 0) >= quiet.endMs
  if (powerW === null || !isCovered || (points[0]?.atMs ?? quiet.endMs) > quiet.startMs) return null
  return { powerW, sdW: standardDeviation(powers) ?? 0 }
}
