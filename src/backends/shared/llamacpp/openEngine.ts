/** Brings up llama.cpp with one model and one context, exactly as asked for: what cannot be had is an error, never a substitute. */

import type {
  GgmlType,
  Llama,
  LlamaContext,
  LlamaContextOptions,
  LlamaContextSequence,
  LlamaModel,
} from 'node-llama-cpp'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import type { ModelFacts } from '../../backend.ts'
import type { ResolvedGguf } from '../models/resolveGguf.ts'
import { type EngineLog, openEngineLog } from './engineLog.ts'
import { fitMemory } from './fitMemory.ts'
import { leastNeed, memoryNeeds } from './memoryNeeds.ts'
import { type PassCount, passCounter } from './passCounter.ts'
import { type Gpu, startLlama } from './startLlama.ts'

/** Everything decided: no field is left for the engine to choose. */
export interface EngineSettings {
  model: ModelSource
  gpu: Gpu
  gpuLayers: number | 'all'
  threads: number
  batchSize: number
  /** Tokens that one sequence can hold. */
  contextSize: number
  sequences: number
  flashAttention: boolean | 'auto'
  kvTypeK: keyof typeof GgmlType
  kvTypeV: keyof typeof GgmlType
  mmap: boolean
  mlock: boolean
}

export interface ModelSource {
  name: string
  /** Size of the weights where it is known before there is a file, else null. */
  weightBytes: number | null
  /** Writes or downloads the file if it is not there. */
  resolve(): Promise<ResolvedGguf>
}

export interface Engine extends AsyncDisposable {
  llama: Llama
  model: LlamaModel
  facts: ModelFacts
  context: LlamaContext
  /** Those that no request uses. */
  freeSequences: LlamaContextSequence[]
  log: EngineLog
  passes: PassCount
}

export async function openEngine(settings: EngineSettings, ctx: WorkerContext): Promise<Engine> {
  const log = openEngineLog(ctx.runDir)
  const opened: AsyncDisposable[] = [log]
  const close = async (): Promise<void> => {
    for (let part = opened.pop(); part !== undefined; part = opened.pop()) {
      await part[Symbol.asyncDispose]()
    }
  }
  try {
    const llama = await startLlama(settings.gpu, log)
    opened.push(llama)
    const { path, facts } = await resolveFitting(llama, settings, ctx)
    const model = await loadModel({ llama, path, facts, settings, ctx })
    opened.push(model)
    await deliverLog()
    const passes = passCounter()
    const context = await model.createContext({
      ...contextOptions(settings),
      batching: { itemPrioritizationStrategy: passes.plan },
      createSignal: ctx.signal,
    })
    opened.push(context)
    const freeSequences = Array.from({ length: settings.sequences }, () => context.getSequence())
    const engine = { llama, model, facts, context, freeSequences, log, passes }
    return { ...engine, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    ctx.signal.throwIfAborted()
    throw cause instanceof AppError ? cause : engineError(cause)
  }
}

/** A failure that the engine reports as a plain error. */
export function engineError(cause: unknown): AppError {
  return new AppError('BACKEND_FAILED', { backend: 'llamacpp', cause: messageOf(cause) }, { cause })
}

/** Refuses what cannot fit as early as it is known: a file of many gigabytes takes minutes to write or to download. */
async function resolveFitting(
  llama: Llama,
  settings: EngineSettings,
  ctx: WorkerContext,
): Promise<ResolvedGguf> {
  const { name, weightBytes, resolve } = settings.model
  if (weightBytes !== null) fitMemory(name, [await leastNeed(llama, weightBytes)], () => {})
  const resolved = await resolve()
  fitMemory(name, await memoryNeeds(llama, resolved.path, settings), ctx.emit)
  return resolved
}

interface Load extends ResolvedGguf {
  llama: Llama
  settings: EngineSettings
  ctx: WorkerContext
}

async function loadModel({ llama, path, facts, settings, ctx }: Load): Promise<LlamaModel> {
  let saidPercent = 0
  return llama.loadModel({
    modelPath: path,
    gpuLayers: settings.gpuLayers === 'all' ? 'max' : settings.gpuLayers,
    useMmap: settings.mmap,
    useMlock: settings.mlock,
    // Checked above, with the cgroup's limit, which the engine does not know.
    ignoreMemorySafetyChecks: true,
    loadSignal: ctx.signal,
    onLoadProgress(share) {
      const percent = Math.floor(share * 100)
      if (percent <= saidPercent) return
      saidPercent = percent
      const [done, total] = [Math.round(share * facts.weightBytes), facts.weightBytes]
      ctx.emit({ type: 'progress', label: 'loading the model', done, total, unit: 'bytes' })
    },
  })
}

/**
 * Lets the log of what is done arrive: its lines come through the event loop, and the engine drops those that arrive
 * while it tries out a context.
 */
async function deliverLog(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function contextOptions(settings: EngineSettings): LlamaContextOptions {
  return {
    contextSize: settings.contextSize,
    sequences: settings.sequences,
    batchSize: settings.batchSize,
    threads: settings.threads,
    flashAttention: settings.flashAttention,
    experimentalKvCacheKeyType: settings.kvTypeK,
    experimentalKvCacheValueType: settings.kvTypeV,
    ignoreMemorySafetyChecks: true,
    failedCreationRemedy: false,
  }
}
