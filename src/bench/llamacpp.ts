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

function pairRows(
  name: string,
  blocks: Block[],
  tokensPerSecond: (timing: Timing) => number,
): BenchRow[] {
  const speed = (way: string, pick: (block: Block) => Timing): BenchRow =>
    limitedRow({
      name: `${name}, ${way}`,
      value: medianOf(blocks, (block) => tokensPerSecond(pick(block))),
      unit: 'tok/s',
      limit: null,
    })
  return [
    speed('node-llama-cpp alone', ({ direct }) => direct),
    speed('llamacpp backend', ({ ours }) => ours),
    limitedRow({
      name: `${name}, alone over backend`,
      value: medianOf(
        blocks,
        ({ direct, ours }) => tokensPerSecond(direct) / tokensPerSecond(ours),
      ),
      unit: 'x',
      limit: mostRatio,
    }),
  ]
}

function overheadRow(blocks: Block[]): BenchRow {
  return limitedRow({
    name: 'llamacpp backend, time added to each token',
    value: medianOf(blocks, ({ ours, direct }) => (ours.msPerToken - direct.msPerToken) * 1000),
    unit: 'us',
    limit: null,
  })
}

function medianOf(blocks: readonly Block[], pick: (block: Block) => number): number {
  const ascending = blocks.map(pick).sort((a, b) => a - b)
  return quantile(ascending, 0.5) ?? Number.NaN
}
