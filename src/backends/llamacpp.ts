/** Backend that runs GGUF models with llama.cpp inside this process: nothing to install, no server, every token stamped. */

import { z } from 'zod'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { inFlightLimit } from '../config/loadConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { readHost } from '../core/host.ts'
import type { Problem } from '../core/problem.ts'
import type { Backend } from './backend.ts'
import { checkOneSender } from './shared/checkOneSender.ts'
import { defaultThreads } from './shared/llamacpp/defaultThreads.ts'
import { forecastMemory } from './shared/llamacpp/forecastMemory.ts'
import { type ModelSource, openEngine } from './shared/llamacpp/openEngine.ts'
import { openSession } from './shared/llamacpp/openSession.ts'
import { probePrebuilt } from './shared/llamacpp/probePrebuilt.ts'
import { checkModel } from './shared/models/checkModel.ts'
import { loadOutline } from './shared/models/loadOutline.ts'
import { planSynthetic } from './shared/models/planSynthetic.ts'
import { checkGguf, resolveGguf } from './shared/models/resolveGguf.ts'

const count = z.int().min(1)
/** Tensor types that llama.cpp takes for its cache, by our names. */
const kvTypes = {
  f32: 'F32',
  f16: 'F16',
  bf16: 'BF16',
  q8_0: 'Q8_0',
  q5_1: 'Q5_1',
  q5_0: 'Q5_0',
  q4_1: 'Q4_1',
  q4_0: 'Q4_0',
} as const
const kvType = z.enum(['f32', 'f16', 'bf16', 'q8_0', 'q5_1', 'q5_0', 'q4_1', 'q4_0']).default('f16')
/** llama.cpp lays out its cache in cells of this many tokens. */
const contextStep = 256

const options = z.strictObject({
  threads: count
    .optional()
    .describe(
      'CPU threads; absent: the physical cores this process may use, by affinity and quota, less one where they have no hyperthreads',
    ),
  gpu: z
    .enum(['auto', 'off', 'cuda', 'vulkan', 'metal'])
    .default('auto')
    .describe('auto: the best that works here; a named one that does not work is an error'),
  gpu_layers: z
    .union([z.literal('all'), z.int().min(0)])
    .default('all')
    .describe('layers held on the GPU; no effect without one'),
  batch_size: count.default(512).describe('most tokens computed in one pass'),
  context_size: count
    .optional()
    .describe(
      'tokens one sequence can hold, rounded up to a multiple of 256; absent: the least that fits max_input_tokens and max_output_tokens',
    ),
  parallel: count
    .optional()
    .describe('sequences that can be in flight; absent: as many as load asks for'),
  flash_attention: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .describe('fused attention; auto: where the engine supports it for this model'),
  kv_type_k: kvType.describe('tensor type of the keys in the cache'),
  kv_type_v: kvType.describe(
    'tensor type of the values in the cache; a quantized one needs flash attention',
  ),
  mmap: z.boolean().default(true).describe('map the model file into memory instead of reading it'),
  mlock: z.boolean().default(false).describe('forbid the system to move the model out of memory'),
})
type LlamacppOptions = z.output<typeof options>

export const backend: Backend<LlamacppOptions> = {
  name: 'llamacpp',
  title: 'llama.cpp (embedded)',
  docs: 'Runs GGUF models with llama.cpp inside the measured process, on the CPU or on a GPU by CUDA, Vulkan or Metal. It needs nothing but this package, and it is the default. Requests in flight share every decoding pass. Use it for local and edge hardware, and for synthetic models.',
  options,
  probe: (env) => probePrebuilt(env),
  check(config, chosen) {
    return [
      ...checkModel(config.model, config.precision),
      ...checkOneSender(config),
      ...checkOptions(config, chosen),
    ]
  },
  loadOutline,
  forecast(config, chosen, outline) {
    const isOff = chosen.gpu === 'off' || chosen.gpu_layers === 0
    const needsOne = !isOff && chosen.gpu !== 'auto'
    return {
      gpus: { least: needsOne ? 1 : 0, most: isOff ? 0 : null },
      memory: forecastMemory(outline, {
        contextSize: roundUp(chosen.context_size ?? longestRequest(config)),
        sequences: chosen.parallel ?? inFlightLimit(config) ?? 1,
        batchSize: chosen.batch_size,
        kvTypeK: kvTypes[chosen.kv_type_k],
        kvTypeV: kvTypes[chosen.kv_type_v],
      }),
      requestMs: null,
    }
  },
  checkFiles: (config, _chosen, directory) => checkGguf(config, directory),
  async open(config, chosen, ctx) {
    const engine = await openEngine(
      {
        model: sourceOf(config, ctx),
        gpu: chosen.gpu,
        gpuLayers: chosen.gpu_layers,
        threads: chosen.threads ?? defaultThreads(readHost('/')),
        batchSize: chosen.batch_size,
        contextSize: roundUp(chosen.context_size ?? longestRequest(config)),
        sequences: chosen.parallel ?? inFlightLimit(config) ?? 1,
        flashAttention: chosen.flash_attention,
        kvTypeK: kvTypes[chosen.kv_type_k],
        kvTypeV: kvTypes[chosen.kv_type_v],
        mmap: chosen.mmap,
        mlock: chosen.mlock,
      },
      ctx,
    )
    return openSession({ engine, decoder: config.decoder, clock: ctx.clock })
  },
}

function sourceOf(config: ExperimentConfig, ctx: WorkerContext): ModelSource {
  const { model, precision, random_seed } = config
  return {
    name: model,
    weightBytes: model.startsWith('synthetic/')
      ? planSynthetic(model, precision ?? 'fp16').facts.weightBytes
      : null,
    resolve: () => resolveGguf({ model, precision, seed: random_seed, ctx }),
  }
}

const longestRequest = (config: ExperimentConfig): number =>
  config.max_input_tokens + config.max_output_tokens

const roundUp = (tokens: number): number => Math.ceil(tokens / contextStep) * contextStep

/** Settings that contradict each other or the workload. */
function checkOptions(config: ExperimentConfig, chosen: LlamacppOptions): Problem[] {
  const { parallel, context_size, flash_attention, kv_type_v, batch_size, gpu, gpu_layers } = chosen
  const limit = inFlightLimit(config)
  const sequences = parallel ?? limit ?? 1
  const problem = (key: string, message: string, hint: string): Problem => ({
    path: ['llamacpp', key],
    message,
    hint,
  })
  const found: (Problem | null)[] = [
    limit === null
      ? {
          path: ['load'],
          message: `expected max_concurrency with mode: ${config.load.mode}: llamacpp has a fixed number of sequences`,
          hint: 'add load.max_concurrency; those beyond it wait, and their wait is kept',
        }
      : null,
    parallel !== undefined && parallel < (limit ?? 1)
      ? problem(
          'parallel',
          `expected at least the ${limit} requests that load has in flight, found ${parallel}`,
          'leave parallel out to follow load',
        )
      : null,
    context_size !== undefined && roundUp(context_size) < longestRequest(config)
      ? problem(
          'context_size',
          `expected at least max_input_tokens + max_output_tokens = ${longestRequest(config)}, found ${context_size}`,
          'leave context_size out to have the least that fits',
        )
      : null,
    // llama.cpp refuses it: "quantized V cache requires flash_attn to be enabled".
    flash_attention === false && /^q/.test(kv_type_v)
      ? problem(
          'flash_attention',
          `expected true or auto with kv_type_v ${kv_type_v}, found false`,
          'set kv_type_v to f16, or leave flash_attention out',
        )
      : null,
    batch_size < sequences
      ? problem(
          'batch_size',
          `expected at least one token for each of ${sequences} sequences, found ${batch_size}`,
          'raise batch_size, or leave it out',
        )
      : null,
    gpu === 'off' && gpu_layers !== 'all' && gpu_layers > 0
      ? problem('gpu_layers', `expected none with gpu: off, found ${gpu_layers}`, 'leave it out')
      : null,
  ]
  return found.filter((entry) => entry !== null)
}
