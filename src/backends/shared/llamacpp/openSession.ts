/** Requests on an open engine: one sequence each, a stamp for every token, nothing kept from one request to the next. */

import { readFileSync } from 'node:fs'
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import type { DecoderConfig } from '../../../config/decoder.ts'
import type { Clock } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type {
  BackendSession,
  Completion,
  GenerateRequest,
  OnTokens,
  Tokenizer,
} from '../../backend.ts'
import { type Lockstep, lockstep } from './lockstep.ts'
import { type Engine, engineError } from './openEngine.ts'
import { samplingOptions } from './samplingOptions.ts'

export interface SessionParts {
  engine: Engine
  decoder: DecoderConfig
  clock: Clock
}

export function openSession({ engine, decoder, clock }: SessionParts): BackendSession {
  const { llama, model, context, freeSequences } = engine
  const steps = lockstep()
  const tokenizer = tokenizerOf(model)
  return {
    version: llama.llamaCppRelease.release,
    model: engine.facts,
    tokenizer,
    // `generate` begins with clearing the sequence, which is all that is kept.
    prefixCache: async () => ({ isOn: false, facts: { cache: 'cleared before every prompt' } }),
    observed: () => observe(engine),
    async generate(request, onTokens, signal) {
      signal.throwIfAborted()
      const prompt = promptOf(request, tokenizer, context.contextSize)
      const sequence = freeSequences.pop()
      if (sequence === undefined) {
        throw engineError(`more than ${context.totalSequences} requests at a time`)
      }
      try {
        return await generate({
          prompt,
          request,
          onTokens,
          signal,
          sequence,
          steps,
          decoder,
          clock,
        })
      } catch (cause) {
        signal.throwIfAborted()
        throw cause instanceof AppError ? cause : engineError(cause)
      } finally {
        freeSequences.push(sequence)
      }
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

/** Includes the token that the model wants before every text, so that what is counted is what is computed. */
function tokenizerOf(model: LlamaModel) {
  const { bos, shouldPrependBosToken } = model.tokens
  const start = shouldPrependBosToken && bos !== null ? [bos] : []
  return {
    encode: (text: string): number[] => [...start, ...model.tokenize(text)],
    decode: (tokens: readonly number[]): string => model.detokenize(tokens.filter(isToken)),
  } satisfies Tokenizer
}

const isToken = (value: number): value is Token => Number.isInteger(value) && value >= 0

/** Refuses what does not fit: the engine would silently drop the beginning of the prompt. */
function promptOf(
  request: GenerateRequest,
  tokenizer: ReturnType<typeof tokenizerOf>,
  contextSize: number,
): Token[] {
  const prompt = (request.promptTokens ?? tokenizer.encode(request.prompt)).filter(isToken)
  if (prompt.length === 0) throw engineError('the prompt has no token')
  if (prompt.length + request.maxOutputTokens > contextSize) {
    throw engineError(
      `${prompt.length} prompt tokens and ${request.maxOutputTokens} new ones do not fit a context of ${contextSize}`,
    )
  }
  return prompt
}

interface Generation {
  prompt: Token[]
  request: GenerateRequest
  onTokens: OnTokens
  signal: AbortSignal
  sequence: LlamaContextSequence
  steps: Lockstep
  decoder: DecoderConfig
  clock: Clock
}

async function generate(generation: Generation): Promise<Completion> {
  const { prompt, request, onTokens, signal, sequence, steps, decoder, clock } = generation
  const { model } = sequence
  const output: Token[] = []
  steps.enter()
  try {
    await sequence.clearHistory()
    // The generator with metadata is the one that `evaluate` wraps: one promise less per token.
    const tokens = sequence.evaluateWithMetadata(
      prompt,
      {},
      samplingOptions({
        decoder,
        seed: request.seed,
        history: () => [...prompt, ...output],
        longestHistory: prompt.length + request.maxOutputTokens,
      }),
    )
    try {
      while (output.length < request.maxOutputTokens) {
        if (output.length > 0 && steps.activeCount > 1) await steps.turn()
        signal.throwIfAborted()
        const { value, done } = await tokens.next()
        if (done) throw engineError(`it stopped after ${output.length} tokens`)
        onTokens(clock.nowMs(), 1)
        output.push(value.token)
        if (isNaturalStop(value.token, output.length, decoder, model)) break
      }
    } finally {
      await tokens.return()
    }
  } finally {
    steps.leave()
  }
  const last = output.at(-1)
  const stopped = last !== undefined && isNaturalStop(last, output.length, decoder, model)
  return {
    inputTokens: prompt.length,
    outputTokens: output.length,
    finishReason: stopped ? 'stop' : 'length',
    text: model.detokenize(output),
  }
}

/** An end-of-text token counts as output: it was computed like every other. */
function isNaturalStop(
  token: Token,
  outputCount: number,
  { ignore_eos, min_new_tokens }: DecoderConfig,
  model: LlamaModel,
): boolean {
  return !ignore_eos && outputCount >= min_new_tokens && model.isEogToken(token)
}

/** What the engine really uses, in the words of its options where it has one for it. */
async function observe({
  llama,
  model,
  context,
  log,
  passes,
}: Engine): Promise<Record<string, Json>> {
  const memory = await llama.getLlamaMemoryUsage()
  return {
    llama_cpp_release: llama.llamaCppRelease.release,
    build: llama.buildType,
    gpu: llama.gpu === false ? 'off' : llama.gpu,
    gpu_devices: llama.gpu === false ? [] : await llama.getGpuDeviceNames(),
    gpu_layers: model.gpuLayers,
    cpu_variant: cpuVariant(),
    system_info: llama.systemInfo.trim(),
    threads: context.currentThreads,
    context_size: context.contextSize,
    parallel: context.totalSequences,
    batch_size: context.batchSize,
    flash_attention:
      log.find(/Flash Attention (enabled|disabled)/) ??
      log.find(/flash_attn += (enabled|disabled)/),
    kv_cache: log.find(/llama_kv_cache: size = +(.*)$/),
    mmap: model.useMmap,
    ram_bytes: memory.cpuRam,
    vram_bytes: memory.gpuVram,
    passes: passes.passCount,
    sequences_per_pass: passes.meanSequences,
    tokens_computed: passes.tokenCount,
  }
}

/** llama.cpp picks a library for the CPU it finds (`cpu-zen4`) and does not say which: the memory map does; null off Linux. */
function cpuVariant(): string | null {
  try {
    return /libggml-(cpu-\w+)\.so/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1] ?? null
  } catch {
    // No such file on this system: then it is not known.
    return null
  }
}
