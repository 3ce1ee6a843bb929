/** Backend that runs models with Hugging Face transformers, in a Python program of ours, in static batches. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { connectionCount } from '../config/loadConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { readHost } from '../core/host.ts'
import { secondsToMs } from '../core/units.ts'
import type { Backend, Forecast, ModelOutline } from './backend.ts'
import { checkOneSender } from './shared/checkOneSender.ts'
import { parseHubReference } from './shared/models/parseHubReference.ts'
import { checkHubDirectory } from './shared/models/resolveHubDirectory.ts'
import { openCommand, type PythonModel } from './shared/pytorch/openCommand.ts'
import { openSession } from './shared/pytorch/openSession.ts'
import { probePython } from './shared/pytorch/probePython.ts'
import { failed } from './shared/pytorch/pythonFailure.ts'
import { type PytorchOptions, pytorchOptions } from './shared/pytorch/pytorchOptions.ts'
import { pytorchRules } from './shared/pytorch/pytorchRules.ts'
import { startPython } from './shared/pytorch/startPython.ts'
import { factsSchema, type LoadedFacts } from './shared/pytorch/wire.ts'
import { checkRules } from './shared/server/checkRules.ts'
import { checkHubPrecision, loadHubOutline, resolveHubModel } from './shared/server/hubModel.ts'
import { tellWhile } from './shared/server/tellWhile.ts'

const title = 'PyTorch (transformers)'

export const backend: Backend<PytorchOptions> = {
  name: 'pytorch',
  title,
  docs: 'Runs models with Hugging Face transformers in static batches: requests that wait together start together, padded on the left, and a batch ends with its longest row. Models are directories of Hugging Face form, repositories of the hub (hf:org/repo), or synthetic ones, whose weights are made up on the device. It needs a Python with torch and transformers. Use it as the plain reference that other engines are compared with.',
  options: pytorchOptions,
  // The one public image that has both torch and transformers and a python3 in its PATH.
  image: 'huggingface/transformers-pytorch-gpu:latest',
  probe: probePython,
  check: (config, chosen) => [
    ...checkHubPrecision(config, []),
    ...checkOneSender(config),
    ...assistantProblems(chosen),
    ...checkRules(pytorchRules, { name: 'pytorch', title: 'transformers' }, chosen, config),
  ],
  loadOutline: loadHubOutline,
  forecast: (config, chosen, outline) => ({
    gpus: gpusOf(chosen),
    memory: forecastMemory(config, chosen, outline),
    requestMs: null,
  }),
  async checkFiles({ model }, { assistant_model }, directory) {
    await checkHubDirectory(model, directory)
    if (assistant_model !== undefined) await checkHubDirectory(assistant_model, directory)
  },
  async open(config, chosen, ctx) {
    const model = await resolveModel(config, chosen, ctx)
    const assistant =
      chosen.assistant_model === undefined
        ? null
        : await resolveModel({ ...config, model: chosen.assistant_model }, chosen, ctx)
    const isRemote = model.isRemote || (assistant?.isRemote ?? false)
    const engine = await startPython({ python: chosen.python, isRemote }, ctx)
    try {
      const threads = chosen.threads ?? Math.max(1, Math.floor(readHost('/').usablePhysicalCores))
      const command = openCommand({ config, options: chosen, threads, model, assistant })
      const opening = engine.ask(command, factsSchema, {
        longestSilence: { ms: secondsToMs(chosen.ready_timeout_seconds), error: notReady },
      })
      const facts = await tellWhile('loading the model', untilAborted(opening, ctx), ctx)
      checkClock(facts, ctx)
      return openSession({
        engine,
        facts,
        name: config.model,
        isRandom: model.isSynthetic,
        isDeviceAuto: chosen.device === 'auto',
        batchSize: batchSizeOf(config, chosen),
        stallMs: secondsToMs(chosen.stall_timeout_seconds),
      })
    } catch (cause) {
      await engine[Symbol.asyncDispose]()
      throw cause
    }
  },
}

const notReady = (afterMs: number): AppError =>
  new AppError('ENGINE_NOT_READY', { backend: 'pytorch', afterMs, stage: 'loading the model' })

const batchSizeOf = (config: ExperimentConfig, { batch_size }: PytorchOptions): number =>
  batch_size ?? connectionCount(config)

/** What must be split or quantized while it is loaded is loaded from a file, even when it is synthetic. */
async function resolveModel(
  config: ExperimentConfig,
  { device_map, load_in_4bit, load_in_8bit }: PytorchOptions,
  ctx: WorkerContext,
): Promise<PythonModel & { isRemote: boolean }> {
  const isRead = device_map !== undefined || load_in_4bit || load_in_8bit
  const { kind } = parseHubReference(config.model)
  const model = await resolveHubModel(config, isRead ? 'safetensors' : 'none', ctx)
  return { ...model, isSynthetic: kind === 'synthetic' }
}

function assistantProblems({ assistant_model }: PytorchOptions) {
  if (assistant_model === undefined) return []
  const reference = parseHubReference(assistant_model)
  if (reference.kind !== 'unknown') return []
  const message = `expected a model as in model:, found "${assistant_model}"`
  return [{ path: ['pytorch', 'assistant_model'], message, hint: reference.hint }]
}

function gpusOf({ device, device_map }: PytorchOptions): Forecast['gpus'] {
  if (device_map !== undefined) return { least: 0, most: null }
  if (device === 'cpu') return { least: 0, most: 0 }
  return { least: device.startsWith('cuda') ? 1 : 0, most: 1 }
}

const bytesPerCacheNumber = 2
const bytesPerScore = 4

function forecastMemory(
  config: ExperimentConfig,
  chosen: PytorchOptions,
  outline: ModelOutline | null,
): Forecast['memory'] {
  if (outline === null || outline.layerCount === null || outline.cacheWidth === null) return null
  const rows = batchSizeOf(config, chosen) * chosen.num_beams
  const tokens = (config.max_input_tokens + config.max_output_tokens) * rows
  return {
    weightBytes: outline.weightBytes,
    cacheBytes: tokens * outline.layerCount * outline.cacheWidth * bytesPerCacheNumber,
    // The scores of the last position of every row.
    bufferBytes: rows * (outline.vocabularySize ?? 0) * bytesPerScore,
  }
}

/** Rejects as soon as the experiment is to end: Python cannot be stopped in the midst of loading but by ending it. */
function untilAborted<T>(work: Promise<T>, { signal }: WorkerContext): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

/** Its stamps are only ours when both clocks are one: a container or a virtual machine may say otherwise. */
function checkClock({ atMs }: LoadedFacts, { clock }: WorkerContext): void {
  const aheadMs = atMs - clock.nowMs()
  if (aheadMs > 0 || aheadMs < -longestAnswerMs) {
    throw failed(`its monotonic clock is ${Math.round(aheadMs)} ms ahead of ours`)
  }
}

/** An answer of a few hundred bytes on its way through a pipe. */
const longestAnswerMs = 10_000
