/** What the command itself costs: its start beside that of bare Node, and a run without an engine beside its own token time. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programs } from '../core/programs.ts'
import { secondsToMs } from '../core/units.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const command = fileURLToPath(programs.command)
const rounds = 15

export async function startup(): Promise<BenchRow[]> {
  return [...versionRows(), fakeRunRow()]
}

/** Alternating, so that a machine that slows down slows both. */
function versionRows(): BenchRow[] {
  const bareMs: number[] = []
  const versionMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    bareMs.push(wallMs(['-e', '0']))
    versionMs.push(wallMs([command, '--version']))
  }
  return [
    limitedRow({ name: 'node -e 0', value: median(bareMs), unit: 'ms', limit: null }),
    limitedRow({
      name: 'llem --version over node -e 0',
      value: median(versionMs) / median(bareMs),
      unit: 'x',
      limit: 1.5,
    }),
  ]
}

const requests = 10
const outputTokens = 16
const firstTokenMs = 10
const tokensPerSecond = 1000

/** The whole command less the time that its tokens take by definition; no warm-up, so that every token is counted. */
function fakeRunRow(): BenchRow {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  const tokenMs =
    requests * (firstTokenMs + ((outputTokens - 1) * secondsToMs(1)) / tokensPerSecond)
  const words = ['run', '--backend', 'fake', '-n', String(requests), '--output', directory]
  const settings = {
    max_output_tokens: outputTokens,
    'fake.ttft_ms': firstTokenMs,
    'fake.tokens_per_second': tokensPerSecond,
    'baseline.enabled': false,
    'warmup.enabled': false,
  }
  const sets = Object.entries(settings).flatMap(([path, value]) => ['--set', `${path}=${value}`])
  try {
    const timesMs = Array.from({ length: 5 }, () => wallMs([command, ...words, ...sets, '--quiet']))
    return limitedRow({
      name: `llem run of ${requests} fake requests beyond their token time`,
      value: median(timesMs) - tokenMs,
      unit: 'ms',
      limit: 400,
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Wall time of one child, from start to exit. Throws when it failed: a failure is quick. */
function wallMs(words: readonly string[]): number {
  const startMs = performance.now()
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  const durationMs = performance.now() - startMs
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`)
  return durationMs
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
