/** The uncertainty of an energy, term by term, and what the terms make together. */

import type { UncertaintyBudget } from '../../store/resultFile.ts'
import { energyLimits } from '../energyLimits.ts'

type Terms = Omit<UncertaintyBudget, 'expandedJ'>

/**
 * The terms have independent causes, so their squares add, and 95 % of a normal distribution lies within 1.96 standard
 * deviations (GUM, JCGM 100:2008, 5.1.2 and 6.2.1).
 */
export function uncertaintyBudget(terms: Terms): UncertaintyBudget {
  const combinedJ = Math.hypot(...Object.values(terms))
  return { ...terms, expandedJ: energyLimits.normalQuantile975 * combinedJ }
}

/**
 * Of a sum over domains. Gain is one for all domains of a board, so it adds there as it is, and boards differ in gain one by
 * one (Yang et al., SC24), so squares add between them. Attribution is one cause for all: whoever else used the machine.
 */
export function budgetOfSum(
  parts: readonly { deviceId: string | null; budget: UncertaintyBudget }[],
): UncertaintyBudget {
  const squared = (term: keyof Terms): number =>
    Math.hypot(...parts.map(({ budget }) => budget[term]))
  const gains = new Map<string, number>()
  parts.forEach(({ deviceId, budget }, index) => {
    const board = deviceId ?? `part ${index}`
    gains.set(board, (gains.get(board) ?? 0) + budget.gainJ)
  })
  return uncertaintyBudget({
    boundaryJ: squared('boundaryJ'),
    samplingJ: squared('samplingJ'),
    gainJ: Math.hypot(...gains.values()),
    resolutionJ: squared('resolutionJ'),
    baselineJ: squared('baselineJ'),
    attributionJ: parts.reduce((sum, { budget }) => sum + budget.attributionJ, 0),
  })
}
