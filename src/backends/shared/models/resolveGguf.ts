/** Turns the `model` of a configuration into a GGUF file on this machine, and says what is known of it. */

import { join } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import { planSynthetic, syntheticVersion } from './planSynthetic.ts'
import { writeSynthetic } from './writeSynthetic.ts'

export interface GgufRequest {
  /** `synthetic/<shape>`. */
  model: string
  precision: ExperimentConfig['precision']
  /** Seed of synthetic weights. */
  seed: number
  ctx: WorkerContext
}

export async function resolveGguf({
  model,
  precision,
  seed,
  ctx,
}: GgufRequest): Promise<{ path: string; facts: ModelFacts }> {
  if (model.startsWith('synthetic/')) {
    const shapeName = model.slice('synthetic/'.length)
    const plan = planSynthetic(shapeName, precision)
    const name = `${shapeName}-${precision ?? 'fp16'}-seed${seed}-v${syntheticVersion}.gguf`
    const path = join(ctx.cacheDir, 'synthetic', name)
    await writeSynthetic({ path, plan, seed, ctx })
    return { path, facts: plan.facts }
  }
  throw new AppError('MODEL_UNKNOWN', { model, nearest: null })
}
