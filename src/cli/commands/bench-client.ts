/**
 * `llem bench-client`: sends the load of a study to the fake engine server, whose speed is known, and prints how far off each
 * figure of the client is. Nothing of the study's own engine is started.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { openFakeServerProcess } from '../../backends/shared/fakeServer/openFakeServerProcess.ts'
import { AppError, type ExitCode } from '../../core/errors.ts'
import { secondsToMs } from '../../core/units.ts'
import { type ClientBias, clientBias } from '../../report/clientBias.ts'
import { type KnownServer, renderClientBias } from '../../report/renderClientBias.ts'
import { exitCodeOf } from '../../study/exitCode.ts'
import { runStudy } from '../../study/runStudy.ts'
import { type Io, isColor, widthOf } from '../io.ts'
import { loadPlan } from '../loadPlan.ts'
import { readOutcomes } from '../readOutcomes.ts'
import { noOutcome, type StudyOutcome } from '../studyOutcome.ts'
import { watchStudy } from '../watchStudy.ts'

export interface BenchClientArguments {
  file: string | undefined
  /** As commander parsed them. */
  options: unknown
}

const optionsSchema = z.looseObject({
  set: z.array(z.string()).default([]),
  quiet: z.boolean().default(false),
  json: z.boolean().default(false),
  ttftMs: z.coerce.number().min(0).default(50),
  tokensPerSecond: z.coerce.number().positive().default(50),
})

export async function benchClientCommand(
  { file, options }: BenchClientArguments,
  io: Io,
): Promise<ExitCode> {
  const parsed = optionsSchema.safeParse(options)
  if (!parsed.success) {
    throw new AppError('USAGE', { what: `expected numbers: ${parsed.error.issues[0]?.message}` })
  }
  const { set, quiet, json, ttftMs, tokensPerSecond, ...flags } = parsed.data
  const known: KnownServer = { ttftMs, gapMs: secondsToMs(1 / tokensPerSecond) }
  await using server = await openFakeServerProcess({
    ttft_ms: ttftMs,
    tokens_per_second: tokensPerSecond,
    stamp: true,
  })
  await using folder = await temporaryFolder()
  const sets = [...set, ...replacements(server.url)]
  const { plan } = await loadPlan({ file, flags, sets, isStrict: false }, io)
  let outcome: StudyOutcome = noOutcome
  const start = (deps: Parameters<typeof runStudy>[1]) => runStudy(plan, deps)
  for await (const now of watchStudy(
    (deps) => start({ ...deps, resultsDir: folder.path, skipsPreflight: true }),
    io,
    { isQuiet: quiet, tellsEvents: false, isTemporary: true },
  ))
    outcome = now
  const loads = await biasOf(outcome, known)
  io.stdout.write(
    json
      ? `${JSON.stringify({ schemaVersion: 1, server: known, loads }, null, 2)}\n`
      : renderClientBias(loads, known, {
          width: widthOf(io.stdout),
          isColor: isColor(io.stdout, io.env),
        }),
  )
  if (outcome.ended === null) throw new AppError('INTERRUPTED', { doing: 'measuring the client' })
  return exitCodeOf(outcome.ended)
}

/** The load stays; the engine, the sensors and the repetitions go. */
const replacements = (url: string): string[] => [
  'backend=openai',
  'model=fake',
  `openai.base_url=${url}`,
  'energy.sources=[]',
  'baseline.enabled=false',
  'execution.n_cycles=1',
  'execution.experiment_gap_seconds=0',
]

async function biasOf(
  outcome: StudyOutcome,
  known: KnownServer,
): Promise<{ label: string; bias: ClientBias }[]> {
  const records = await readOutcomes(outcome)
  return records.flatMap((record) =>
    record.status === 'measured'
      ? [{ label: record.label, bias: clientBias(record.result, known) }]
      : [],
  )
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'llem-client-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
