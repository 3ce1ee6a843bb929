/** What came of a run, in a few words: how long it took, its joules and its speed, or why there are none. */

import type { OutcomeSummary, RunFigures } from '../../core/events.ts'
import { formatDuration, formatJoules, formatNumber } from '../../core/units.ts'
import type { ProgressState } from './progressState.ts'

export type FigureOptions = Pick<ProgressState, 'includesClientLimited'>

/** Parts of one sentence; what is unknown says so. */
export function describeOutcome(
  outcome: OutcomeSummary,
  figures: RunFigures | null,
  { tookMs, ...options }: { tookMs: number } & FigureOptions,
): string[] {
  switch (outcome.status) {
    case 'skipped':
      return [`skipped: ${outcome.reason}`]
    case 'measured':
      return [`measured in ${formatDuration(tookMs)}`, ...describeFigures(figures, options)]
    case 'failed': {
      const { phase, message } = outcome.failure
      return [`failed${phase === null ? '' : ` in phase ${phase}`}: ${message}`]
    }
  }
}

/** Joules and speed; joules that come from no sensor say so. What is to be compared is left out where the load client was slow, unless it is asked for. */
export function describeFigures(
  figures: RunFigures | null,
  { includesClientLimited }: FigureOptions,
): string[] {
  if (figures === null) return []
  const { energyJ, isEstimate, isSynthetic, joulesPerOutputToken, outputTokensPerSecond } = figures
  const kind = isSynthetic ? ' made up' : isEstimate ? ' est.' : ''
  const energy = energyJ === null ? 'energy unknown' : `${formatJoules(energyJ)}${kind}`
  const mark = figures.isClientLimited ? ['client limited'] : []
  if (figures.isClientLimited && !includesClientLimited) return [energy, ...mark]
  return [
    energy,
    ...(joulesPerOutputToken === null ? [] : [`${formatNumber(joulesPerOutputToken)} J/token`]),
    ...(outputTokensPerSecond === null ? [] : [`${formatNumber(outputTokensPerSecond)} tokens/s`]),
    ...mark,
  ]
}
