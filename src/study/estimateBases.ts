/** Counts what estimates rest on, so that a reader can weigh them. Pure. */

import type { BasisKind, EstimateBasis } from '../store/planSummary.ts'
import type { EarlierRun } from './earlierRuns.ts'
import type { UsedBasis } from './estimateExperiment.ts'

export interface BasisTally {
  /** `earlier` is the run that a basis of that kind rests on. */
  add(used: UsedBasis, earlier: EarlierRun | null): void
  /** The way of most experiments first. */
  total(): EstimateBasis[]
}

export function basisTally(): BasisTally {
  const found = new Map<BasisKind, Counted>()
  return {
    add({ kind, figure }, earlier) {
      const counted = found.get(kind) ?? { experiments: 0, studies: new Set(), range: null }
      counted.experiments++
      if (kind === 'earlier' && earlier !== null) counted.studies.add(earlier.study)
      if (figure !== null) counted.range = wider(counted.range, figure)
      found.set(kind, counted)
    },
    total: () =>
      Array.from(found, ([kind, { experiments, studies, range }]) => ({
        kind,
        experiments,
        studies: [...studies],
        range,
      })).sort((a, b) => b.experiments - a.experiments),
  }
}

interface Counted {
  experiments: number
  studies: Set<string>
  range: [number, number] | null
}

function wider(range: Counted['range'], figure: number): [number, number] {
  return range === null
    ? [figure, figure]
    : [Math.min(range[0], figure), Math.max(range[1], figure)]
}
