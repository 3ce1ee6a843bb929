/** What our adapter adds to llama.cpp: the same model, context and prompt through `generate` and through node-llama-cpp alone. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import type { BackendSession } from '../backends/backend.ts'
import { openEngine } from '../backends/shared/llamacpp/openEngine.ts'
import { openSession } from '../backends/shared/llamacpp/openSession.ts'
import { resolveGguf } from '../backends/shared/models/resolveGguf.ts'
import { decoderSchema } from '../config/decoder.ts'
import { monotonicClock } from '../core/clock.ts'
import type { WorkerContext } from '../core/context.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

interface Trial {
  model: string
  threads: number
  promptTokens: number
  outputTokens: number
  /** A block is A B B A; blocks are run until this is over, but at least three. */
  longestMs: number
}

/** Times of one request, in milliseconds. */
interface Timing {
  prefillMs: number
  msPerToken: number
}

/** Both ways of one block: the two runs of each are added up, so that a drift within the block cancels out. */
interface Block {
  ours: Timing
  direct: Timing
}

const leastBlocks = 3
const mostRatio = 1.02

export async function llamacpp(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  try {
    const real = {
      model: 'synthetic/smollm2-135m',
      threads: 2,
      promptTokens: 256,
      outputTokens: 64,
    }
    const tiny = { model: 'synthetic/tiny', threads: 1, promptTokens: 16, outputTokens: 400 }
    return [
      ...speedRows(real, await compare({ ...real, longestMs: secondsToMs(50) }, directory)),
      overheadRow(await compare({ ...tiny, longestMs: secondsToMs(8) }, directory)),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function speedRows({ model, promptTokens }: Omit<Trial, 'longestMs'>, blocks: Block[]): BenchRow[] {
  return [
    ...pairRows(`${model} decode`, blocks, ({ msPerToken }) => 1 / msToSeconds(msPerToken)),
    ...pairRows(
      `${model} prefill`,
      blocks,
      ({ prefillMs }) => promptTokens / msToSeconds(prefillMs),
    ),
  ]
}

function pairRows(
  name: string,
  blocks: Block[],
  tokensPerSecond: (timing: Timing) => number,
): BenchRow[] {
  const ofAll = (pick: (block: Block) => number): number => median(blocks.map(pick))
  return [
    {
      name: `${name}, engine alone`,
      value: ofAll(({ direct }) => tokensPerSecond(direct)),
      unit: 'tok/s',
      limit: null,
      isMet: true,
    },
    {
      name: `${name}, llamacpp backend`,
      value: ofAll(({ ours }) => tokensPerSecond(ours)),
      unit: 'tok/s',
      limit: null,
      isMet: true,
    },
    limitedRow({
      name: `${name}, engine alone over llamacpp backend`,
      value: ofAll(({ direct, ours }) => tokensPerSecond(direct) / tokensPerSecond(ours)),
      unit: 'x',
      limit: mostRatio,
    }),
  ]
}

/** On a model so small that the difference shows. */
function overheadRow(blocks: Block[]): BenchRow {
  const extraMs = median(blocks.map(({ ours, direct }) => ours.msPerToken - direct.msPerToken))
  return limitedRow({
    name: 'llamacpp backend, time added to each token',
    value: extraMs * 1000,
    unit: 'us',
    limit: null,
  })
}

/** Runs both ways on one model, in two contexts of the same settings, alternating. */
async function compare(trial: Trial, directory: string): Promise<Block[]> {
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
  const { path, facts } = await resolveGguf(source)
  const contextSize = 512
  const batchSize = 512
  await using engine = await openEngine(
    {
      modelName: trial.model,
      modelPath: path,
      modelBytes: facts.weightBytes,
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
  const session = openSession({ engine, facts, decoder, clock: monotonicClock })
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
    blocks.push({ ours: sum(a1, a2), direct: sum(b1, b2) })
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

const sum = (a: Timing, b: Timing): Timing => ({
  prefillMs: (a.prefillMs + b.prefillMs) / 2,
  msPerToken: (a.msPerToken + b.msPerToken) / 2,
})

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
