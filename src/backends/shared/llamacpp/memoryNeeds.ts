/** What a model will take of main memory and of the GPU's, and what is there, before any of it is loaded. */

import type { Llama } from 'node-llama-cpp'
import { readHost } from '../../../core/host.ts'
import type { MemoryNeed } from './fitMemory.ts'
import type { EngineSettings } from './openEngine.ts'

/** Weights, cache and buffers, as the engine's own dry run finds them. */
export async function memoryNeeds(
  llama: Llama,
  modelPath: string,
  settings: EngineSettings,
): Promise<MemoryNeed[]> {
  const { GgufInsights, GgmlType, readGgufFileInfo } = await import('node-llama-cpp')
  const { gpuLayers, contextSize, sequences, batchSize, flashAttention, mmap } = settings
  const insights = await GgufInsights.from(await readGgufFileInfo(modelPath), llama)
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
  const { hostBytes, gpuBytes } = await availableMemory(llama)
  return [
    { neededBytes: weights.cpuRam + context.cpuRam, availableBytes: hostBytes },
    { neededBytes: weights.gpuVram + context.gpuVram, availableBytes: gpuBytes },
  ]
}

/** The weights alone, wherever they go: known of a synthetic model before its file is written. */
export async function leastNeed(llama: Llama, weightBytes: number): Promise<MemoryNeed> {
  const { hostBytes, gpuBytes } = await availableMemory(llama)
  return { neededBytes: weightBytes, availableBytes: hostBytes + (gpuBytes ?? 0) }
}

/** The engine does not know of the cgroup's limit: main memory is read by us. `gpuBytes` is null without a GPU. */
async function availableMemory(
  llama: Llama,
): Promise<{ hostBytes: number; gpuBytes: number | null }> {
  const host = readHost('/')
  const hostBytes = host.effectiveAvailableBytes ?? host.totalMemoryBytes
  return { hostBytes, gpuBytes: llama.gpu === false ? null : (await llama.getVramState()).free }
}
