/** Joules of a window from a counter that was polled around it: between two seen changes, less what lay outside the window. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import { msToSeconds } from '../../core/units.ts'
import { standardDeviation } from '../../stats/descriptive.ts'
import type { Window } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'
import type { DomainSeries } from './domainSeries.ts'
import { type CounterPoint, stampOf, unwrapCounter } from './unwrapCounter.ts'

/** The times just before and just after a window, in which nothing was asked of the device and its counter was polled. */
export interface QuietTimes {
  before: Window
  after: Window
}

export interface AlignedEnergy {
  energyJ: number
  /** Standard uncertainty of what was taken off, and of the moments of the changes. */
  boundaryJ: number
}

/**
 * Null when the counter did not show two changes to the millisecond on both sides. The last change before the window and
 * the first after it are exact values of the counter; what the device used between them and the window is quiet power, so
 * the error falls from load power times the publish period to quiet power times the spacing of polls (METROLOGY: no other
 * tool does this).
 */
export function alignedEnergy(
  { domain, readings }: DomainSeries,
  window: Window,
  { before, after }: QuietTimes,
): AlignedEnergy | null {
  const periodMs = domain.updatePeriodMs ?? 0
  const { edgeStampShare, finestStampMs } = energyLimits
  const limitMs = Math.max(finestStampMs, edgeStampShare * periodMs)
  const near = readings.filter(
    ({ atMs, joules }) => joules !== null && atMs > before.startMs - 2 * periodMs - finestStampMs,
  )
  const points = unwrapCounter(near, domain)
  if (points.some(({ dropJ }) => dropJ !== null)) return null
  const edges = points.slice(1).filter((point) => stampOf(domain, point) <= limitMs)
  const ahead = edges.filter(
    ({ atMs }) => atMs > before.startMs && atMs <= window.startMs && atMs <= before.endMs + limitMs,
  )
  // A change that may have happened before the end, and was only seen after it, belongs to the window.
  const behind = edges.filter(
    ({ atMs, stampMs }) => atMs - stampMs >= window.endMs && atMs <= after.endMs + limitMs,
  )
  const [first, last] = [ahead.at(-1), behind[0]]
  const quietBefore = quietPower(domain, ahead)
  const quietAfter = quietPower(domain, behind)
  if (first === undefined || last === undefined || quietBefore === null || quietAfter === null)
    return null
  const [leadMs, trailMs] = [window.startMs - first.atMs, last.atMs - window.endMs]
  return {
    energyJ:
      last.energyJ -
      first.energyJ -
      quietBefore.powerW * msToSeconds(leadMs) -
      quietAfter.powerW * msToSeconds(trailMs),
    boundaryJ: Math.hypot(
      outsideSdJ(quietBefore, leadMs, stampOf(domain, first)),
      outsideSdJ(quietAfter, trailMs, stampOf(domain, last)),
    ),
  }
}

interface QuietPower {
  powerW: number
  /** From change to change, what the stamps of the changes add taken off. */
  sdW: number
  lengthMs: number
}

/** Over all changes of a quiet time; null below two. */
function quietPower(domain: EnergyDomain, edges: readonly CounterPoint[]): QuietPower | null {
  const [first, last] = [edges[0], edges.at(-1)]
  if (first === undefined || last === undefined || first === last) return null
  const lengthMs = last.atMs - first.atMs
  const powers = edges.slice(1).flatMap(({ atMs, energyJ }, index) => {
    const from = edges[index]
    return from === undefined ? [] : [(energyJ - from.energyJ) / msToSeconds(atMs - from.atMs)]
  })
  const powerW = (last.energyJ - first.energyJ) / msToSeconds(lengthMs)
  // Both ends of a segment of length T are stamped up to d late, evenly: P d / (T sqrt(6)) of what is seen is that.
  const stampShare = (stampOf(domain, last) * powers.length) / lengthMs
  const seenW = standardDeviation(powers) ?? 0
  const sdW = Math.sqrt(Math.max(0, seenW ** 2 - (powerW * stampShare) ** 2 / 6))
  return { powerW, sdW, lengthMs }
}

/**
 * P t was taken off for a time t, with P = (E1 - E0) / L. Both changes are seen up to d late, evenly, sd = d / sqrt(12);
 * by the law of propagation (GUM, JCGM 100:2008, 5.1.2) the near one weighs P (1 + t/L) and the far one P t/L. Power itself
 * moves from change to change by sdW.
 */
function outsideSdJ({ powerW, sdW, lengthMs }: QuietPower, outsideMs: number, stampMs: number) {
  const stampSdJ = (powerW * msToSeconds(stampMs)) / Math.sqrt(12)
  const share = outsideMs / lengthMs
  return Math.hypot(stampSdJ * (1 + share), stampSdJ * share, sdW * msToSeconds(outsideMs))
}
