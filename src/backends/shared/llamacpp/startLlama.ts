/** Starts llama.cpp with the build for the GPU asked for, its log in our hands. */

import type { Llama, LlamaOptions } from 'node-llama-cpp'
import { AppError } from '../../../core/errors.ts'
import type { EngineLog } from './engineLog.ts'

export type Gpu = 'auto' | 'off' | 'cuda' | 'vulkan' | 'metal'

/** The only state of this module: a fault of the engine's logger depends on what this process did before. */
let hasStarted = false

export async function startLlama(gpu: Gpu, log: EngineLog): Promise<Llama> {
  const { getLlama, LlamaLogLevel, NoBinaryFoundError } = await import('node-llama-cpp')
  const wanted = gpu === 'off' ? false : gpu
  const options: LlamaOptions = {
    gpu: wanted,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.info,
    logger: (_level, message) => log.write(message),
    // No limit of its own: its default is never less than 4 threads, which on fewer cores is 60 times slower.
    maxThreads: 0,
  }
  try {
    if (hasStarted) {
      // A second logger in a process is switched off a moment later by the end of the first, and the log is then printed
      // (node-llama-cpp 3.22, addonLog.cpp: finalizer of the old callback). A mute instance takes that blow.
      const mute = await getLlama({ ...options, logLevel: LlamaLogLevel.disabled })
      await mute.dispose()
    }
    hasStarted = true
    const llama = await getLlama(options)
    if (wanted === 'auto' || llama.gpu === wanted) return llama
    // On Linux `metal` quietly gives the build without a GPU.
    await llama.dispose()
  } catch (cause) {
    if (!(cause instanceof NoBinaryFoundError)) throw cause
  }
  throw unavailable(gpu)
}

function unavailable(gpu: Gpu): AppError {
  return new AppError('BACKEND_UNAVAILABLE', {
    backend: 'llamacpp',
    reason: `no prebuilt llama.cpp works here with gpu: ${gpu}`,
    fix:
      gpu === 'auto' || gpu === 'off'
        ? 'npm install --include=optional node-llama-cpp'
        : `Install the driver for ${gpu}, or set llamacpp.gpu to auto or off.`,
  })
}
