/** Rules of an engine about its own options, told while planning instead of minutes after its start. Pure. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { Problem } from '../../../core/problem.ts'

export interface EngineRule<O> {
  /** Versions of the engine whose code was read or tried for it. */
  holdsFor: string
  /** What breaks it, or null. */
  broken(options: O, config: ExperimentConfig): Breach | null
}

export interface Breach {
  /** Key inside the section of the engine. */
  key: string
  /** What was expected and what was found. */
  message: string
  /** What to write instead. */
  hint: string
}

export function checkRules<O>(
  rules: readonly EngineRule<O>[],
  { name, title }: { name: string; title: string },
  options: O,
  config: ExperimentConfig,
): Problem[] {
  return rules.flatMap(({ holdsFor, broken }) => {
    const breach = broken(options, config)
    if (breach === null) return []
    const { key, message, hint } = breach
    return [{ path: [name, key], message, hint: `${hint}; a rule of ${title} ${holdsFor}` }]
  })
}
