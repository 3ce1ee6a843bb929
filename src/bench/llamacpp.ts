/** What our adapter adds to llama.cpp: the same model, settings and prompt through `generate` and through node-llama-cpp alone. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import { quantile } from '../stats/descriptive.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'
import { type Block, compareWithEngine, type Timing } from './compareWithEngine.ts'

const real = {
  model: 'synthetic/smollm2-135m',
  // The threads of the engine spin while they wait for each other: with one for each core, whatever else runs is measured.
  threads: 1,
  promptTokens: 128,
  outputTokens: 32,
  longestMs: secondsToMs(40),
}
/** So small that what we add shows. */
const tiny = {
  model: 'synthetic/tiny',
  threads: 1,
  promptTokens: 16,
  outputTokens: 400,
  longestMs: secondsToMs(8),
}
const mostRatio = 1.02

export async function llamacpp(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  try {
    return [
      ...speedRows(await compareWithEngine(real, directory)),
      overheadRow(await compareWithEngine(tiny, directory)),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function speedRows(blocks: Block[]): BenchRow[] {
  const { model, promptTokens } = real
  return [
    ...pairRows(`${model} decode`, blocks, ({ msPerToken }) => 1 / msToSeconds(msPerToken)),
    ...pairRows(
      `${model} prefill`,
      blocks,
      ({ prefillMs }) => promptTokens / msToSeconds(prefillMs),
    ),
  ]
}

/** The fastest of each way: whatever else runs on this machine only slows. */
function pairRows(
  name: string,
  blocks: Block[],
  tokensPerSecond: (timing: Timing) => number,
): BenchRow[] {
  const fastest = (pick: (block: Block) => readonly Timing[]): number =>
    Math.max(...blocks.flatMap(pick).map(tokensPerSecond))
  const [direct, ours] = [fastest((block) => block.direct), fastest((block) => block.ours)]
  const row = (what: string, value: number, unit: string, limit: number | null): BenchRow =>
    limitedRow({ name: `${name}, ${what}`, value, unit, limit })
  return [
    row('node-llama-cpp alone', direct, 'tok/s', null),
    row('llamacpp backend', ours, 'tok/s', null),
    row('alone over backend', direct / ours, 'x', mostRatio),
  ]
}

/** The median over blocks, so that a drift within one cancels out. */
function overheadRow(blocks: Block[]): BenchRow {
  return limitedRow({
    name: 'llamacpp backend, time added to each token',
    value: medianOf(blocks, (block) => (msPerToken(block.ours) - msPerToken(block.direct)) * 1000),
    unit: 'us',
    limit: null,
  })
}

const msPerToken = (timings: readonly Timing[]): number =>
  timings.reduce((sum, timing) => sum + timing.msPerToken, 0) / timings.length

function medianOf(blocks: readonly Block[], pick: (block: Block) => number): number {
  const ascending = blocks.map(pick).sort((a, b) => a - b)
  return quantile(ascending, 0.5) ?? Number.NaN
}
