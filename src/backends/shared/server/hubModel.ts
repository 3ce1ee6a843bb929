/** Models of Hugging Face's form for engines that are started as a server. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { WorkerContext } from '../../../core/context.ts'
import type { Problem } from '../../../core/problem.ts'
import type { ModelOutline } from '../../backend.ts'
import { loadOutline } from '../models/loadOutline.ts'
import { checkHubModel, parseHubReference } from '../models/parseHubReference.ts'
import { checkHubDirectory, resolveHubDirectory } from '../models/resolveHubDirectory.ts'
import type { EngineModel } from './serverEngine.ts'

type Precision = ExperimentConfig['precision']

/** Types that the weights of a model directory can have; a smaller precision is made of them by the engine. */
const dtypes = { fp32: 'float32', fp16: 'float16', bf16: 'bfloat16' } as const
type Dtype = keyof typeof dtypes

const isDtype = (precision: Precision): precision is Dtype =>
  precision !== undefined && Object.hasOwn(dtypes, precision)

/** As PyTorch names it; null where the model file or the engine decides. */
export function torchDtype(precision: Precision): string | null {
  return isDtype(precision) ? dtypes[precision] : null
}

/** `weights: 'none'` for an engine that makes up weights itself. */
export async function resolveHubModel(
  { model, precision, random_seed }: ExperimentConfig,
  weights: 'none' | 'safetensors',
  ctx: WorkerContext,
): Promise<EngineModel> {
  const dtype = isDtype(precision) ? precision : 'fp16'
  const { path, facts } = await resolveHubDirectory(
    { model, dtype, weights, seed: random_seed },
    ctx,
  )
  const { kind } = parseHubReference(model)
  return {
    path,
    facts,
    hasDummyWeights: kind === 'synthetic' && weights === 'none',
    isRemote: kind === 'repository',
  }
}

/** What is wrong with a directory that `model` names. */
export function checkHubFiles(
  { model }: ExperimentConfig,
  _options: unknown,
  directory: string,
): Promise<void> {
  return checkHubDirectory(model, directory)
}

/** `quantized` are the precisions beside fp32, fp16 and bf16 that the engine makes when it loads. */
export function checkHubPrecision(
  { model, precision }: ExperimentConfig,
  quantized: readonly string[],
): Problem[] {
  const known = [...Object.keys(dtypes), ...quantized]
  return [
    ...checkHubModel(model),
    ...(precision === undefined || known.includes(precision)
      ? []
      : [
          {
            path: ['precision'],
            message: `expected one of ${known.join(', ')}, found ${precision}`,
            hint: 'q8_0 and q4_0 are for backends of GGUF models',
          },
        ]),
  ]
}

/** Of synthetic models; null for others. */
export async function loadHubOutline(
  model: string,
  precision: Precision,
): Promise<ModelOutline | null> {
  if (!model.startsWith('synthetic/')) return null
  return loadOutline(model, isDtype(precision) ? precision : 'fp16')
}
