/** What is wrong with a load for an engine that is not reached by the load client: nobody else can send to it. Pure. */

import type { ExperimentConfig } from '../../config/experimentConfig.ts'
import type { Problem } from '../../core/problem.ts'

export function checkOneSender({ backend, load: { processes = 1 } }: ExperimentConfig): Problem[] {
  if (processes === 1) return []
  return [
    {
      path: ['load', 'processes'],
      message: `expected 1 with ${backend}, which takes requests from its own process alone, found ${processes}`,
      hint: 'remove it, or use a backend that is a server',
    },
  ]
}
