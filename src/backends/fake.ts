/** Backend without an engine: tokens at a stated rate, and failures on demand. A whole study runs in seconds with it, anywhere. */

import { z } from 'zod'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { type Random, seededRandom } from '../core/random.ts'
import { mebibytesToBytes, secondsToMs } from '../core/units.ts'
import type { Backend, BackendSession, Completion, GenerateRequest, OnTokens } from './backend.ts'
import { checkOneSender } from './shared/checkOneSender.ts'

const ordinal = z.int().min(1).optional()

const options = z.strictObject({
  ttft_ms: z.number().min(0).default(10).describe('time to the first token, in milliseconds'),
  tokens_per_second: z
    .number()
    .positive()
    .default(1000)
    .describe(
      'rate of one request after its first step; requests in flight do not slow each other',
    ),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('relative standard deviation of the time of each step'),
  tokens_per_step: z
    .int()
    .min(1)
    .default(1)
    .describe('tokens that become visible together, as with speculative decoding'),
  gpus: z
    .int()
    .min(0)
    .default(0)
    .describe('GPUs that a run is given and leaves alone: to rehearse execution.parallel'),
  launch_ms: z.number().min(0).default(0).describe('time to load the model, in milliseconds'),
  empty_output: z.boolean().default(false).describe('every request ends at once without a token'),
  fail_launch: z.boolean().default(false).describe('the launch fails'),
  fail_request_every: ordinal.describe('every k-th request fails, warm-up included'),
  crash_at_request: ordinal.describe(
    'the process kills itself at this request, counted from 1, warm-up included',
  ),
  hang_at_request: ordinal.describe(
    'this request never ends unless it is aborted, counted from 1, warm-up included',
  ),
  hang_on_close: z.boolean().default(false).describe('closing never ends'),
  flood_stdout: z
    .number()
    .min(0)
    .default(0)
    .describe('mebibytes of text printed to stdout at launch, among them half a line of JSON'),
  ignore_sigterm: z
    .boolean()
    .default(false)
    .describe('SIGTERM does nothing, and a request that hangs does not heed an abort either'),
})
type FakeOptions = z.output<typeof options>

export const backend: Backend<FakeOptions> = {
  name: 'fake',
  title: 'Fake engine',
  docs: 'Makes up tokens at a stated rate and fails on demand. It runs no model: use it to try a study, to test a pipeline, and to see what a failure looks like. Its tokenizer has one token per byte.',
  options,
  isIdle: true,
  async probe() {
    return { status: 'available', detail: 'needs nothing' }
  },
  check: checkOneSender,
  forecast(config, { ttft_ms, tokens_per_second, tokens_per_step, empty_output, gpus }) {
    const steps = Math.ceil(config.max_output_tokens / tokens_per_step)
    const stepMs = (secondsToMs(1) * tokens_per_step) / tokens_per_second
    return {
      gpus: { least: gpus, most: gpus },
      memory: null,
      requestMs: empty_output ? 0 : ttft_ms + (steps - 1) * stepMs,
    }
  },
  async open(config, chosen, ctx) {
    if (chosen.ignore_sigterm) ignoreSigterm()
    if (chosen.flood_stdout > 0) floodStdout(mebibytesToBytes(chosen.flood_stdout))
    if (chosen.launch_ms > 0) await ctx.clock.sleep(chosen.launch_ms, ctx.signal)
    if (chosen.fail_launch) throw failed('fail_launch is set')
    return openSession(config, chosen, ctx)
  },
}

const tokenizer = {
  encode: (text: string) => [...new TextEncoder().encode(text)],
  decode: (tokens: readonly number[]) => new TextDecoder().decode(Uint8Array.from(tokens)),
}

function openSession(
  config: ExperimentConfig,
  chosen: FakeOptions,
  ctx: WorkerContext,
): BackendSession {
  let requestCount = 0
  return {
    version: '1',
    model: null,
    tokenizer,
    prefixCache: async () => ({ isOn: false, facts: { cache: 'none' } }),
    async observed() {
      const { ttft_ms, tokens_per_second, jitter, tokens_per_step } = chosen
      return { model: config.model, ttft_ms, tokens_per_second, jitter, tokens_per_step }
    },
    async generate(request, onTokens, signal) {
      signal.throwIfAborted()
      requestCount += 1
      await misbehave(requestCount, chosen, signal)
      return generate({ request, onTokens, signal, chosen, ctx })
    },
    async [Symbol.asyncDispose]() {
      if (chosen.hang_on_close) await forever()
    },
  }
}

interface Generation {
  request: GenerateRequest
  onTokens: OnTokens
  signal: AbortSignal
  chosen: FakeOptions
  ctx: WorkerContext
}

/** Every step has a due time counted from the start, so that late timers do not add up to a lower rate. */
async function generate(generation: Generation): Promise<Completion> {
  const { request, onTokens, signal, chosen, ctx } = generation
  const inputTokens = (request.promptTokens ?? tokenizer.encode(request.prompt)).length
  if (chosen.empty_output) return { inputTokens, outputTokens: 0, finishReason: 'stop', text: '' }
  const random = seededRandom(request.seed)
  const stretch = (): number => Math.max(0, 1 + chosen.jitter * random.normal())
  const msPerToken = secondsToMs(1) / chosen.tokens_per_second
  const output: number[] = []
  let dueMs = ctx.clock.nowMs() + chosen.ttft_ms * stretch()
  while (output.length < request.maxOutputTokens) {
    const restMs = dueMs - ctx.clock.nowMs()
    if (restMs > 0) await ctx.clock.sleep(restMs, signal)
    signal.throwIfAborted()
    const count = Math.min(chosen.tokens_per_step, request.maxOutputTokens - output.length)
    for (let i = 0; i < count; i++) output.push(letter(random))
    onTokens(ctx.clock.nowMs(), count)
    dueMs += msPerToken * chosen.tokens_per_step * stretch()
  }
  return {
    inputTokens,
    outputTokens: output.length,
    finishReason: 'length',
    text: tokenizer.decode(output),
  }
}

/** The failures that a request can be told to have. `ordinal` counts the requests of this session from 1. */
async function misbehave(ordinal: number, chosen: FakeOptions, signal: AbortSignal): Promise<void> {
  if (ordinal === chosen.crash_at_request) process.kill(process.pid, 'SIGKILL')
  if (ordinal === chosen.hang_at_request) {
    await forever(chosen.ignore_sigterm ? undefined : signal)
  }
  if (chosen.fail_request_every !== undefined && ordinal % chosen.fail_request_every === 0) {
    throw failed(`request ${ordinal} was told to fail`)
  }
}

const failed = (cause: string): AppError =>
  new AppError('BACKEND_FAILED', { backend: 'fake', cause })

/** Never resolves, and holds the process as a stuck engine does; rejects when the signal aborts. */
function forever(signal?: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    const hold = setInterval(() => {}, secondsToMs(3600))
    signal?.addEventListener(
      'abort',
      () => {
        clearInterval(hold)
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

function ignoreSigterm(): void {
  process.removeAllListeners('SIGTERM')
  process.on('SIGTERM', () => {})
}

/** Breaks the rule of one JSON value per line in every way there is: plain text, half a line of JSON, one endless line. */
function floodStdout(totalBytes: number): void {
  const line = `${'this is not an event '.repeat(5)}\n`
  const half = Math.ceil(totalBytes / 2)
  process.stdout.write(line.repeat(Math.ceil(half / line.length)))
  process.stdout.write('{"type":"load","phase":\n')
  process.stdout.write(`${'x'.repeat(half)}\n`)
}

/** A lower-case letter as a byte. */
const letter = (random: Random): number => 97 + Math.floor(random.uniform() * 26)
