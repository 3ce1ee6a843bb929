/** Drives llama.cpp in two ways on one loaded model, in turn: through our backend and as its own documentation shows. */

import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import type { BackendSession } from '../backends/backend.ts'
import { openEngine } from '../backends/shared/llamacpp/openEngine.ts'
import { openSession } from '../backends/shared/llamacpp/openSession.ts'
import { resolveGguf } from '../backends/shared/models/resolveGguf.ts'
import { decoderSchema } from '../config/decoder.ts'
import { monotonicClock } from '../core/clock.ts'
import type { WorkerContext } from '../core/context.ts'

export interface Trial {
  model: string
  threads: number
  promptTokens: number
  outputTokens: number
  /** A block is A B B A; blocks are run until this is over, but at least three. */
  longestMs: number
}

/** Of one request. */
export interface Timing {
  prefillMs: number
  msPerToken: number
}

/** Two runs of each way. */
export interface Block {
  ours: readonly Timing[]
  direct: readonly Timing[]
}

const leastBlocks = 3
const contextSize = 512
const batchSize = 512

/** Two contexts of the same settings on one model. Files go to `directory`. */
export async function compareWithEngine(trial: Trial, directory: string): Promise<Block[]> {
  const { signal } = new AbortController()
  const ctx: WorkerContext = {
    clock: monotonicClock,
    env: {},
    signal,
    cacheDir: directory,
    runDir: directory,
    emit: () => {},
  }
  const source = { model: trial.model, precision: 'fp16', seed: 42, ctx } as const
  await using engine = await openEngine(
    {
      model: { name: trial.model, weightBytes: null, resolve: () => resolveGguf(source) },
      gpu: 'off',
      gpuLayers: 'all',
      threads: trial.threads,
      batchSize,
      contextSize,
      sequences: 1,
      flashAttention: 'auto',
      kvTypeK: 'F16',
      kvTypeV: 'F16',
      mmap: true,
      mlock: false,
    },
    ctx,
  )
  const context = await engine.model.createContext({
    threads: trial.threads,
    batchSize,
    contextSize,
    flashAttention: 'auto',
  })
  const sequence = context.getSequence()
  const decoder = decoderSchema.parse({})
  const session = openSession({ engine, decoder, clock: monotonicClock })
  const ours = (): Promise<Timing> => runOurs(session, trial)
  const direct = (): Promise<Timing> => runDirect(sequence, trial)
  await ours()
  await direct()
  return await runBlocks(ours, direct, trial.longestMs)
}

async function runBlocks(
  ours: () => Promise<Timing>,
  direct: () => Promise<Timing>,
  longestMs: number,
): Promise<Block[]> {
  const blocks: Block[] = []
  const endMs = monotonicClock.nowMs() + longestMs
  while (blocks.length < leastBlocks || monotonicClock.nowMs() < endMs) {
    const [a1, b1, b2, a2] = [await ours(), await direct(), await direct(), await ours()]
    blocks.push({ ours: [a1, a2], direct: [b1, b2] })
  }
  return blocks
}

async function runOurs(session: BackendSession, trial: Trial): Promise<Timing> {
  const promptTokens = promptOf(trial)
  const { outputTokens: maxOutputTokens } = trial
  const request = { index: 0, prompt: '', promptTokens, maxOutputTokens, seed: 1 }
  const stampsMs: number[] = []
  const startMs = monotonicClock.nowMs()
  await session.generate(request, (atMs) => stampsMs.push(atMs), new AbortController().signal)
  return timingOf(startMs, stampsMs)
}

/** As the engine's documentation shows it, greedy and without stopping at the end of the text. */
async function runDirect(sequence: LlamaContextSequence, trial: Trial): Promise<Timing> {
  const prompt = promptOf(trial).filter(isToken)
  const stampsMs: number[] = []
  const startMs = monotonicClock.nowMs()
  await sequence.clearHistory()
  for await (const _token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    stampsMs.push(monotonicClock.nowMs())
    if (stampsMs.length === trial.outputTokens) break
  }
  return timingOf(startMs, stampsMs)
}

/** Bytes of the synthetic vocabulary, all of them letters. */
function promptOf({ promptTokens }: Trial): number[] {
  return Array.from({ length: promptTokens }, (_, i) => 97 + ((i * 7) % 26))
}

const isToken = (value: number): value is Token => Number.isInteger(value)

function timingOf(startMs: number, stampsMs: readonly number[]): Timing {
  const firstMs = stampsMs[0] ?? Number.NaN
  const lastMs = stampsMs.at(-1) ?? Number.NaN
  return { prefillMs: firstMs - startMs, msPerToken: (lastMs - firstMs) / (stampsMs.length - 1) }
}
