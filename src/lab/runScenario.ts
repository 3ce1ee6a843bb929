/** The error of the pipeline in one situation, against the truth that only the lab knows. */

import { summarizeEnergy } from '../measure/energy/summarizeEnergy.ts'
import { runLab } from './runLab.ts'
import type { Scenario } from './scenarios.ts'

export interface ScenarioOutcome {
  truthJ: number
  energyJ: number | null
  /** (measured - truth) / truth; null when the energy is unknown. */
  error: number | null
  isWithinAllowed: boolean
  warningCodes: readonly string[]
}

export async function runScenario(scenario: Scenario): Promise<ScenarioOutcome> {
  const { domain, window, endMs, seed, allowedShare } = scenario
  const input = await runLab({ domains: [domain], window, startMs: 500, endMs, seed })
  const { total, warnings } = summarizeEnergy(input)
  const truthJ = domain.truth.energyJ(window.endMs) - domain.truth.energyJ(window.startMs)
  const error = total.energyJ === null ? null : (total.energyJ - truthJ) / truthJ
  return {
    truthJ,
    energyJ: total.energyJ,
    error,
    isWithinAllowed: error !== null && Math.abs(error) <= allowedShare,
    warningCodes: warnings.map(({ code }) => code),
  }
}
