/** How many prompts the warm-up of a run may take. Pure. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'

export function warmupPromptCount({ warmup }: ExperimentConfig): number {
  return warmup.enabled ? warmup.max_prompts : 0
}
