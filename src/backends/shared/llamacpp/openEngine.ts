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
import { readHost } from '../../../core/host.ts'
import { type EngineLog, openEngineLog } from './engineLog.ts'
import { fitMemory, type MemoryNeed } from './fitMemory.ts'
import { type PassCount, passCounter } from './passCounter.ts'
import { type Gpu, startLlama } from './startLlama.ts'

/** Everything decided: no field is left for the engine to choose. */
export interface EngineSettings {
  modelName: string
  modelPath: string
  modelBytes: number
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

export interface Engine extends AsyncDisposable {
  llama: Llama
  model: LlamaModel
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
    fitMemory(settings.modelName, await memoryNeeds(llama, settings), ctx)
    const model = await loadModel(llama, settings, ctx)
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
    return { llama, model, context, freeSequences, log, passes, [Symbol.asyncDispose]: close }
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

/** What weights, cache and buffers will take, of main memory and of the GPU's. */
async function memoryNeeds(llama: Llama, settings: EngineSettings): Promise<MemoryNeed[]> {
  const { GgufInsights, GgmlType, readGgufFileInfo } = await import('node-llama-cpp')
  const { gpuLayers, contextSize, sequences, batchSize, flashAttention, mmap } = settings
  const insights = await GgufInsights.from(await readGgufFileInfo(settings.modelPath), llama)
  const layers = llama.gpu === false ? 0 : gpuLayers === 'all' ? insights.totalLayers : gpuLayers
  const weights = await insights.estimateModelResourceRequirementsV2({
    gpuLayers: layers,
    useMmap: mmap,
  })
  const context = await insights.estimateContextResourceRequirementsV2({
    contextSize,
    sequences,
    batchSize,
    flashAttention,
    modelGpuLayers: layers,
    kvCacheKeyType: GgmlType[settings.kvTypeK],
    kvCacheValueType: GgmlType[settings.kvTypeV],
    useMmap: mmap,
  })
  const host = readHost('/')
  const gpu = await llama.getVramState()
  return [
    {
      neededBytes: weights.cpuRam + context.cpuRam,
      availableBytes: host.effectiveAvailableBytes ?? host.totalMemoryBytes,
    },
    {
      neededBytes: weights.gpuVram + context.gpuVram,
      availableBytes: llama.gpu === false ? null : gpu.free,
    },
  ]
}

async function loadModel(
  llama: Llama,
  settings: EngineSettings,
  ctx: WorkerContext,
): Promise<LlamaModel> {
  let saidPercent = 0
  return llama.loadModel({
    modelPath: settings.modelPath,
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
      const [done, total] = [Math.round(share * settings.modelBytes), settings.modelBytes]
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
