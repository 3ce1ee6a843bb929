/** What planning costs: a study of 100 000 experiments made and written, in a process of its own, and shown by the command. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { programs } from '../core/programs.ts'
import { secondsToMs } from '../core/units.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const command = fileURLToPath(programs.command)
const planProcess = fileURLToPath(new URL('./planProcess.js', import.meta.url))

/** 50 x 20 x 20 x 5 combinations. */
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
const study = {
  name: 'large',
  model: 'synthetic/smollm2-135m',
  sweep: {
    n: range(10, 50),
    'load.concurrency': range(1, 20),
    'decoder.top_k': range(0, 20),
    max_output_tokens: range(16, 5),
  },
}

const figures = z.strictObject({ durationMs: z.number(), peakMebibytes: z.number() })

export async function plan(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  try {
    const file = join(directory, 'study.json')
    writeFileSync(file, JSON.stringify(study))
    const made = figures.parse(JSON.parse(outputOf(planProcess, file, directory)))
    const startMs = performance.now()
    const text = outputOf(command, 'plan', file, '-o', directory)
    const commandMs = performance.now() - startMs
    const limitMs = secondsToMs(3)
    const name = 'a plan of 100000 experiments'
    return [
      limitedRow({
        name: `${name} made and written`,
        value: made.durationMs,
        unit: 'ms',
        limit: limitMs,
      }),
      limitedRow({
        name: `${name}: peak memory`,
        value: made.peakMebibytes,
        unit: 'MiB',
        limit: 400,
      }),
      limitedRow({ name: `${name} by llem plan`, value: commandMs, unit: 'ms', limit: null }),
      limitedRow({
        name: `${name} on the screen`,
        value: text.split('\n').length,
        unit: 'lines',
        limit: 50,
      }),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function outputOf(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}
