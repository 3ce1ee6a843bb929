/** Turns the `model` of a configuration into a GGUF file on this machine, and says what is known of it. */

import { basename, join, resolve } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import { nearestModel } from './checkModel.ts'
import { downloadGguf } from './downloadGguf.ts'
import { ggufFacts } from './ggufFacts.ts'
import { planSynthetic, syntheticVersion } from './planSynthetic.ts'
import { readGguf } from './readGguf.ts'
import { weightFormats } from './weightFormats.ts'
import { writeSynthetic } from './writeSynthetic.ts'

export interface GgufRequest {
  /** `synthetic/<shape>`, the path of a .gguf file, `hf:org/repo:quant` or `hf:org/repo/file.gguf`. */
  model: string
  precision: ExperimentConfig['precision']
  /** Seed of synthetic weights. */
  seed: number
  ctx: WorkerContext
}

export interface ResolvedGguf {
  /** Of the first part when the model is split. */
  path: string
  facts: ModelFacts
}

/** Writes or downloads what is not there yet; everything it returns is whole. */
export async function resolveGguf(request: GgufRequest): Promise<ResolvedGguf> {
  const { model, ctx } = request
  if (model.startsWith('synthetic/')) return resolveSynthetic(request)
  if (model.startsWith('hf:')) {
    return resolveFile({ ...request, path: await downloadGguf(model, ctx), name: model })
  }
  if (!model.endsWith('.gguf')) {
    throw new AppError('MODEL_UNKNOWN', { model, nearest: nearestModel(model) })
  }
  return resolveFile({ ...request, path: resolve(model), name: basename(model, '.gguf') })
}

/** Looks at a file that is named by its path; what would be written or downloaded is taken as whole. */
export async function checkGguf(
  { model, precision }: Pick<ExperimentConfig, 'model' | 'precision'>,
  directory: string,
): Promise<void> {
  if (model.startsWith('hf:') || !model.endsWith('.gguf')) return
  await resolveFile({ path: resolve(directory, model), name: basename(model, '.gguf'), precision })
}

async function resolveSynthetic({
  model,
  precision = 'fp16',
  seed,
  ctx,
}: GgufRequest): Promise<ResolvedGguf> {
  const plan = planSynthetic(model, precision)
  const name = `${basename(model)}-${precision}-seed${seed}-v${syntheticVersion}.gguf`
  const path = join(ctx.cacheDir, 'synthetic', name)
  await writeSynthetic({ path, plan, seed, ctx })
  return { path, facts: plan.facts }
}

async function resolveFile({
  path,
  name,
  precision,
}: Pick<GgufRequest, 'precision'> & { path: string; name: string }): Promise<ResolvedGguf> {
  const facts = ggufFacts(name, await readGguf(path))
  if (precision !== undefined && weightFormats[precision]?.typeName !== facts.weightType) {
    const available = facts.weightType
    throw new AppError('PRECISION_UNAVAILABLE', { model: name, wanted: precision, available })
  }
  return { path, facts }
}
