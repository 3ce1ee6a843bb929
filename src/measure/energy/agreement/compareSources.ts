/** Two domains held against each other: the same device read twice, zones that mirror each other, a whole and its parts. */

import { containsDomain } from '../../../core/containsDomain.ts'
import { countedDomains } from '../../../core/countedDomains.ts'
import type { Agreement, DomainEnergy, Window } from '../../../store/resultFile.ts'
import { energyLimits } from '../../energyLimits.ts'
import type { DomainSeries } from '../domainSeries.ts'
import { binnedPower } from './binnedPower.ts'
import { likelyCause } from './likelyCause.ts'

interface Measured {
  series: DomainSeries
  energy: DomainEnergy
  /** Mean powers of equal bins. */
  powers(): readonly number[]
}

export function compareSources(
  allSeries: readonly DomainSeries[],
  energies: readonly DomainEnergy[],
  window: Window,
): Agreement[] {
  const measured = allSeries.flatMap((series, index) => {
    const energy = energies[index]
    if (energy?.energyJ == null || series.domain.method === 'estimate') return []
    const field = series.domain.method === 'counter' ? 'joules' : 'watts'
    // Most domains have nothing to be compared with.
    let powers: readonly number[] | null = null
    return [{ series, energy, powers: () => (powers ??= binnedPower(series, field, window)) }]
  })
  const pairs = measured.flatMap((first, index) =>
    measured.slice(index + 1).map((second) => ({ first, second })),
  )
  return [
    ...pairs.flatMap(({ first, second }) => compareTwins(first, second) ?? []),
    ...pairs.flatMap(({ first, second }) => findMirror(first, second) ?? []),
    ...measured.flatMap((outer) => compareParts(outer, measured) ?? []),
  ]
}

const joulesOf = ({ energy }: Measured): number => energy.energyJ ?? 0
const rangesOf = (parts: readonly Measured[]): number[] =>
  parts.flatMap(({ series }) => series.domain.wrapsAtJ ?? [])

/** Half-width of the interval, its gain included: two sensors of one device have gains of their own. */
const intervalJ = (parts: readonly Measured[]): number =>
  Math.hypot(...parts.map(({ energy }) => energy.uncertaintyJ ?? 0))

/** One device and scope, read by two sources. */
function compareTwins(first: Measured, second: Measured): Agreement | null {
  const [one, other] = [first.series.domain, second.series.domain]
  if (one.deviceId === null || one.deviceId !== other.deviceId || one.scope !== other.scope)
    return null
  const [firstJ, secondJ] = [joulesOf(first), joulesOf(second)]
  const limitJ =
    energyLimits.agreementShare * Math.max(firstJ, secondJ) + intervalJ([first, second])
  const differs = Math.abs(firstJ - secondJ) > limitJ
  const shapes = { first: first.powers(), second: second.powers(), firstJ, secondJ }
  return {
    kind: 'sources',
    first: one.id,
    second: other.id,
    firstJ,
    secondJ,
    limitJ,
    verdict: differs ? 'differ' : 'agree',
    cause: differs ? likelyCause({ ...shapes, rangesJ: rangesOf([first, second]) }) : null,
  }
}

/**
 * Two packages that show the same to the last digit are one sensor shown twice, as the dies of a Threadripper 1950X show
 * (CodeCarbon's documentation): their sum would be twice the truth.
 */
function findMirror(first: Measured, second: Measured): Agreement | null {
  const [one, other] = [first.series.domain, second.series.domain]
  const areZones =
    one.scope === 'package' && other.scope === 'package' && one.source === other.source
  if (!areZones || first.powers().length === 0) return null
  const { mirrorShare } = energyLimits
  const isMirror = first
    .powers()
    .every(
      (powerW, index) =>
        Math.abs(powerW - (second.powers()[index] ?? 0)) <= mirrorShare * Math.abs(powerW),
    )
  if (!isMirror) return null
  const [firstJ, secondJ] = [joulesOf(first), joulesOf(second)]
  const names = { kind: 'sources', first: one.id, second: other.id } as const
  return { ...names, firstJ, secondJ, limitJ: 0, verdict: 'differ', cause: 'doubled' }
}

/** A whole and the parts of it that were read: it may show more than they do, never less. */
function compareParts(outer: Measured, all: readonly Measured[]): Agreement | null {
  const inner = all.filter(
    (each) => each !== outer && containsDomain(outer.series.domain, each.series.domain),
  )
  const counted = countedDomains(inner.map(({ series }) => series.domain))
  const parts = inner.filter(({ series }) => counted.includes(series.domain))
  if (parts.length === 0) return null
  const firstJ = joulesOf(outer)
  const secondJ = parts.reduce((sum, part) => sum + joulesOf(part), 0)
  const limitJ = energyLimits.containmentShare * secondJ + intervalJ([outer, ...parts])
  const differs = secondJ - firstJ > limitJ
  const second = outer
    .powers()
    .map((_, bin) => parts.reduce((sum, { powers }) => sum + (powers()[bin] ?? 0), 0))
  const shapes = { first: outer.powers(), second, firstJ, secondJ }
  return {
    kind: 'parts',
    first: outer.series.domain.id,
    second: parts.map(({ series }) => series.domain.id).join(' + '),
    firstJ,
    secondJ,
    limitJ,
    verdict: differs ? 'differ' : 'agree',
    cause: differs ? causeOfLess(shapes, [outer, ...parts]) : null,
  }
}

/** A whole that shows less than its parts is no larger scope: what is left is the wrong device. */
function causeOfLess(
  shapes: Omit<Parameters<typeof likelyCause>[0], 'rangesJ'>,
  measured: readonly Measured[],
): Agreement['cause'] {
  const isFrozen = new Set(shapes.first.map((each) => each.toFixed(6))).size === 1
  if (isFrozen && shapes.first.length > 1) return 'stuck'
  const cause = likelyCause({ ...shapes, rangesJ: rangesOf(measured) })
  return cause === 'module scope' ? 'wrong device' : cause
}
