/** One engine, measured through the built command on a synthetic model. */

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { monotonicClock } from '../../core/clock.ts'
import { messageOf } from '../../core/errors.ts'
import { runProgram } from '../../core/process.ts'
import { programs } from '../../core/programs.ts'
import { loadResult } from '../../store/readStudy.ts'
import type { Result } from '../../store/resultFile.ts'
import { runPaths, studyPaths } from '../../store/studyDirectory.ts'
import { hasGpu, work } from './work.ts'

export interface Measured {
  status: 'measured'
  name: string
  result: Result
  /** Of each request, by its index. */
  requests: readonly RequestTokens[]
}

export interface RequestTokens {
  inputTokens: number | null
  outputTokens: number | null
  /** What came with the steps that were stamped. */
  streamedTokens: number
}

export type EngineRun = Measured | { status: 'failed'; message: string }

const timeoutMs = 15 * 60_000

export async function runEngine(name: string, directory: string): Promise<EngineRun> {
  const output = join(directory, name)
  const command = fileURLToPath(programs.command)
  const lines: string[] = []
  const exit = await runProgram({
    argv: [process.execPath, command, 'run', ...argumentsOf(name), '--output', output],
    env: { ...process.env, [`LLEM_RUNNER_${name.toUpperCase().replaceAll('-', '_')}`]: 'local' },
    timeoutMs,
    silenceMs: null,
    onLine: (line) => lines.push(line),
    clock: monotonicClock,
  })
  if (exit.code !== 0) {
    return { status: 'failed', message: [...lines.slice(-12), exit.stderrTail].join('\n') }
  }
  try {
    return { status: 'measured', name, ...(await readOnly(output)) }
  } catch (thrown) {
    return { status: 'failed', message: messageOf(thrown) }
  }
}

function argumentsOf(name: string): string[] {
  const settings = {
    precision: 'bf16',
    max_input_tokens: work.mostInputTokens,
    'load.concurrency': work.inFlight,
    'baseline.duration_seconds': 2,
  }
  return [
    ...['--backend', name, '--model', work.model],
    ...(hasGpu ? [] : withoutGpu(name)),
    ...['-n', String(work.requests), '--max-output-tokens', String(work.outputTokens)],
    ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    // Another study may measure the same devices.
    '--wait',
    '--quiet',
  ]
}

/** What an engine has to be told that would look for a GPU. */
const withoutGpu = (name: string): string[] =>
  name === 'sglang' ? ['--set', 'sglang.extra_args=["--device","cpu"]'] : []

/** The one run of the one study in `output`. */
async function readOnly(output: string): Promise<Pick<Measured, 'result' | 'requests'>> {
  const [study = ''] = await readdir(output)
  const directory = join(output, study)
  const [run = ''] = await readdir(studyPaths(directory).runs)
  const { requests: path } = runPaths(join(studyPaths(directory).runs, run))
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) })
  return {
    result: await loadResult(directory),
    requests: rows
      .toSorted((a, b) => Number(a['index']) - Number(b['index']))
      .map((row) => ({
        inputTokens: countOf(row['input_tokens']),
        outputTokens: countOf(row['output_tokens']),
        streamedTokens: sumOf(row['step_tokens']),
      })),
  }
}

const countOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

const sumOf = (values: unknown): number =>
  Array.isArray(values) ? values.reduce((sum: number, value) => sum + Number(value), 0) : 0
