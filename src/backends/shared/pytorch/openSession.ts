/** A session on the Python program: requests become batches, and the stamps of a batch become those of its requests. */

import { z } from 'zod'
import { AppError, messageOf } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { type Warning, warn } from '../../../core/warnings.ts'
import type { BackendSession, Completion, GenerateRequest, OnTokens } from '../../backend.ts'
import { batcher } from './batcher.ts'
import { type Deferred, deferred } from './deferred.ts'
import { failed } from './pythonFailure.ts'
import type { PythonEngine } from './startPython.ts'
import {
  type LoadedFacts,
  observedSchema,
  type RowEnd,
  rowsSchema,
  type Step,
  tokensSchema,
} from './wire.ts'

export interface SessionParts {
  engine: PythonEngine
  facts: LoadedFacts
  /** Of the model, for the facts. */
  name: string
  isRandom: boolean
  /** Whether the device was left to torch. */
  isDeviceAuto: boolean
  batchSize: number
  stallMs: number
}

interface Pending {
  request: GenerateRequest
  tokens: readonly number[]
  onTokens: OnTokens
  signal: AbortSignal
  settle: Deferred<Completion>
}

export function openSession(parts: SessionParts): BackendSession {
  const { engine, facts, name, isRandom, batchSize } = parts
  const line = batcher<Pending>({ size: batchSize, run: (batch) => runBatch(batch, parts) })
  const tokenizer = {
    encode: (text: string) => engine.ask({ do: 'encode', text }, tokensSchema),
    decode: (tokens: readonly number[]) => engine.ask({ do: 'decode', tokens }, z.string()),
  }
  const observed = (): Promise<Record<string, Json>> =>
    engine.ask({ do: 'observe' }, observedSchema)
  return {
    version: `${facts.transformers ?? 'unknown'}, torch ${facts.torch}`,
    model: {
      name,
      architecture: facts.architecture,
      parameterCount: facts.parameterCount,
      activeParameterCount: facts.activeParameterCount,
      layerCount: facts.layerCount,
      attentionWidth: facts.attentionWidth,
      cacheWidth: facts.cacheWidth,
      weightType: facts.weightType,
      weightBytes: facts.weightBytes,
      weights: isRandom ? 'random' : 'trained',
      contextLength: facts.contextLength,
    },
    tokenizer,
    batchSize,
    // Each batch has a cache of its own, made by `generate` and dropped with it.
    prefixCache: async () => ({ isOn: false, facts: { cache: 'a new one for every batch' } }),
    observed: async () => ({ ...(await observed()), batch_size: batchSize }),
    warnings: () => warningsOf(parts),
    modelMemoryBytes: facts.addedBytes,
    peakMemoryBytes: async () => peakOf(await observed()),
    cpuMs: () => engine.cpuMs(),
    async generate(request, onTokens, signal) {
      signal.throwIfAborted()
      const tokens = request.promptTokens ?? (await tokenizer.encode(request.prompt))
      signal.throwIfAborted()
      const settle = deferred<Completion>()
      const pending = { request, tokens, onTokens, signal, settle }
      const onAbort = (): void => {
        line.remove(pending)
        settle.reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      line.add(pending)
      try {
        return await settle.promise
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

/** All rows start together and end together; a row that is aborted alone is only no longer told of. */
async function runBatch(batch: readonly Pending[], { engine, stallMs }: SessionParts) {
  const wanted = batch.filter(({ signal }) => !signal.aborted)
  const [first] = wanted
  if (first === undefined) return
  const unwanted = new AbortController()
  const onAbort = (): void => {
    if (wanted.every(({ signal }) => signal.aborted)) unwanted.abort()
  }
  for (const { signal } of wanted) signal.addEventListener('abort', onAbort, { once: true })
  try {
    const ends = await engine.ask(
      {
        do: 'generate',
        rows: wanted.map(({ request, tokens }) => ({ tokens, maxTokens: request.maxOutputTokens })),
        // The random numbers of a batch are drawn together.
        seed: first.request.seed,
      },
      rowsSchema,
      {
        onSteps: (steps) => tell(steps, wanted),
        signal: unwanted.signal,
        longestSilence: { ms: stallMs, error: silent },
      },
    )
    for (const [row, { tokens, settle }] of wanted.entries()) {
      settle.resolve(completionOf(tokens.length, ends[row]))
    }
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : failed(messageOf(thrown))
    for (const { settle } of wanted) settle.reject(error)
  } finally {
    for (const { signal } of wanted) signal.removeEventListener('abort', onAbort)
  }
}

const silent = (afterMs: number): AppError =>
  new AppError('ENGINE_SILENT', { backend: 'pytorch', afterMs })

function tell(steps: readonly Step[], rows: readonly Pending[]): void {
  for (const [atMs, counts] of steps) {
    for (const [row, { onTokens, signal }] of rows.entries()) {
      const count = counts[row] ?? 0
      if (count > 0 && !signal.aborted) onTokens(atMs, count)
    }
  }
}

function completionOf(inputTokens: number, end: RowEnd | undefined): Completion {
  if (end === undefined) throw failed('it left out a row of a batch')
  return {
    inputTokens,
    outputTokens: end.tokens,
    finishReason: end.stopped ? 'stop' : 'length',
    text: end.text,
  }
}

/** Of the GPUs where it holds memory there, else of the host. */
function peakOf(observed: Record<string, Json>): number | null {
  const peaks = [observed['peak_gpu_reserved_bytes'], observed['peak_resident_bytes']]
  const known = peaks.filter((bytes) => typeof bytes === 'number')
  return known.find((bytes) => bytes > 0) ?? null
}

function warningsOf({ facts, isDeviceAuto }: SessionParts): Warning[] {
  return [
    ...(isDeviceAuto && facts.isUnusedGpu ? [warn('GPU_UNUSED', { torch: facts.torch })] : []),
    ...(facts.isOffloaded ? [warn('MODEL_OFFLOADED', { backend: 'pytorch' })] : []),
  ]
}
