/** What a container adds to an experiment, beside what Docker itself takes for one that does nothing, and what looking for Docker costs. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monotonicClock as clock } from '../core/clock.ts'
import { runner } from '../runners/docker.ts'
import { quantile } from '../stats/descriptive.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import { runStudy } from '../study/runStudy.ts'
import { runDocker, testImage } from '../testing/dockerImage.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const rounds = 3
const runsPerRound = 5
/** On top of what Docker takes for a container that does nothing. */
const allowedMs = 300
const probeLimitMs = 300

/** No rows where there is no Docker. */
export async function docker(): Promise<BenchRow[]> {
  const image = testImage('glibc')
  if (image.missing !== null) return []
  const named = { name: image.name, source: 'study', id: null, digest: null } as const
  const emptyMs: number[] = []
  const localMs: number[] = []
  const dockerMs: number[] = []
  const probeMs: number[] = []
  // Alternating, so that a machine that slows down slows all.
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < runsPerRound; i++) emptyMs.push(await wallMs(() => runEmpty(image.name)))
    localMs.push(...(await runsMs({ mode: 'local', image: null, source: 'study' })))
    dockerMs.push(...(await runsMs({ mode: 'docker', image: named, source: 'study' })))
    probeMs.push(await wallMs(() => runner.probe(process.env)))
  }
  const row = (name: string, value: number, limit: number | null): BenchRow =>
    limitedRow({ name, value, unit: 'ms', limit })
  return [
    row('docker run --rm IMAGE true', median(emptyMs), null),
    row('from one fake experiment to the next, local', median(localMs), null),
    row(
      'the same in containers, over local',
      median(dockerMs) - median(localMs),
      median(emptyMs) + allowedMs,
    ),
    row('looking for Docker', median(probeMs), probeLimitMs),
  ]
}

/** Throws when it failed: a failure is quick. */
function runEmpty(image: string): void {
  const { status, stderr } = runDocker(['run', '--rm', image, '/bin/sh', '-c', ':'])
  if (status !== 0) throw new Error(`docker run ended with ${status}: ${stderr}`)
}

/** From the start of each run to that of the next. */
async function runsMs(spec: RunnerSpec): Promise<number[]> {
  const resultsDir = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  const entries = Array.from({ length: runsPerRound + 1 }, (_, random_seed) => ({ random_seed }))
  const plan = await planOf(entries)
  const experiments = plan.experiments.map((experiment) => ({ ...experiment, runner: spec }))
  const { signal } = new AbortController()
  const deps = { clock, env: process.env, signal, cacheDir: join(resultsDir, 'cache'), resultsDir }
  const startsMs: number[] = []
  try {
    for await (const event of runStudy({ ...plan, experiments }, deps)) {
      if (event.type === 'experimentStarted') startsMs.push(performance.now())
      if (event.type === 'experimentEnded' && event.outcome.status !== 'measured') {
        throw new Error(`a run was ${event.outcome.status}`)
      }
    }
  } finally {
    rmSync(resultsDir, { recursive: true })
  }
  return startsMs.slice(1).map((startMs, index) => startMs - (startsMs[index] ?? 0))
}

async function wallMs(work: () => unknown): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

function median(values: readonly number[]): number {
  return (
    quantile(
      [...values].sort((a, b) => a - b),
      0.5,
    ) ?? Number.NaN
  )
}
