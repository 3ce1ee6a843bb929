/** Time and memory of writing a synthetic model of 135 million parameters at f16, in a process of its own. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { monotonicClock } from '../core/clock.ts'
import { decodeLine } from '../core/ndjson.ts'
import { runProgram } from '../core/process.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const figuresSchema = z.strictObject({ seconds: z.number(), peakMegabytes: z.number() })

export async function ggufWriter(): Promise<BenchRow[]> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'llem-bench-'))
  const lines: string[] = []
  try {
    await runProgram({
      argv: [
        process.execPath,
        fileURLToPath(new URL('writeModel.js', import.meta.url)),
        'synthetic/smollm2-135m',
        cacheDir,
      ],
      env: {},
      clock: monotonicClock,
      timeoutMs: 120_000,
      silenceMs: null,
      onLine: (line) => lines.push(line),
    })
  } finally {
    await rm(cacheDir, { recursive: true })
  }
  const figures = decodeLine(lines[0] ?? '', figuresSchema)
  assert.ok(figures !== null, 'the writer printed no figures')
  const { seconds, peakMegabytes } = figures
  return [
    limitedRow({ name: 'write 135 M parameters, f16', value: seconds, unit: 's', limit: 5 }),
    limitedRow({
      name: 'peak memory while writing, Node included',
      value: peakMegabytes,
      unit: 'MB',
      limit: 200,
    }),
  ]
}
