/** What a study adds to its experiments: the time between two of them, and the time to find out what is left of many. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { monotonicClock as clock } from '../core/clock.ts'
import { programs } from '../core/programs.ts'
import { openSummary } from '../store/openSummary.ts'
import { readPlan, type StudyPlan, writePlan } from '../store/planFile.ts'
import { runPaths, type StudyPaths } from '../store/studyDirectory.ts'
import { runsOf } from '../study/plannedRun.ts'
import { rowOf } from '../study/rowOf.ts'
import { runStudy } from '../study/runStudy.ts'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { sampleExperiment, sampleResult } from '../testing/sampleResult.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const command = fileURLToPath(programs.command)

export async function study(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'llem-bench-'))
  try {
    return [
      ...(await loopRows(directory)),
      ...(await planRows(directory)),
      ...(await resumeRows(directory)),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const loopCount = 21

/** Experiments of one request of one token that comes at once: all the time there is, is ours. */
async function loopRows(resultsDir: string): Promise<BenchRow[]> {
  const plan = await planOf(seeds(loopCount))
  const { signal } = new AbortController()
  const deps = { clock, env: process.env, signal, cacheDir: resultsDir, resultsDir }
  const startsMs: number[] = []
  const cpuBeforeMs = cpuOfChildrenMs()
  for await (const { type } of runStudy(plan, deps)) {
    if (type === 'experimentStarted') startsMs.push(performance.now())
  }
  const gapsMs = startsMs.slice(1).map((startMs, index) => startMs - (startsMs[index] ?? 0))
  const cpuMs = (cpuOfChildrenMs() - cpuBeforeMs) / loopCount
  return [
    limitedRow({
      name: 'from one fake experiment to the next',
      value: gapsMs.sort((a, b) => a - b)[Math.floor(gapsMs.length / 2)] ?? Number.NaN,
      unit: 'ms',
      limit: 250,
    }),
    limitedRow({ name: 'CPU time of its worker', value: cpuMs, unit: 'ms', limit: null }),
  ]
}

const planCount = 100_000

async function planRows(resultsDir: string): Promise<BenchRow[]> {
  const plan = await planOf([{}])
  const [sample] = plan.experiments
  if (sample === undefined) return []
  const experiments = Array.from({ length: planCount }, (_, random_seed) => ({
    ...sample,
    declared: { ...sample.declared, random_seed },
  }))
  const slots = experiments.map((_, index) => ({ cycle: 1, index }))
  const paths = await keptStudy(resultsDir, plan)
  const name = `a plan of ${planCount} experiments is`
  return [
    await timedRow(`${name} written`, null, () =>
      writePlan(paths, { ...plan, experiments, slots }),
    ),
    await timedRow(`${name} read`, null, () => readPlan(paths)),
  ]
}

const outcomeCount = 10_000

/** The whole command, from its start to its end, on a study that has nothing left. */
async function resumeRows(resultsDir: string): Promise<BenchRow[]> {
  const plan = await planOf(seeds(outcomeCount))
  const paths = await keptStudy(resultsDir, plan)
  await keepOutcomes(plan, paths)
  const resume = (): void => {
    const words = [command, 'resume', paths.directory, '--quiet']
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`llem resume ended with ${status}: ${stderr}`)
  }
  const name = `llem resume finds nothing left of ${outcomeCount} outcomes`
  const whole = await timedRow(name, 3000, resume)
  rmSync(paths.summaryJson)
  return [whole, await timedRow(`${name}, the summary lost`, null, resume)]
}

async function keepOutcomes(plan: StudyPlan, paths: StudyPaths): Promise<void> {
  const { sweptFields, settings } = plan
  const rows = Array.from(runsOf(plan), (run) => {
    const { directory, result: path } = runPaths(join(paths.runs, run.id))
    const { configHash, label, declared } = run.experiment
    const changes = {
      id: run.id,
      configHash,
      label,
      declared: JSON.parse(JSON.stringify(declared)),
    }
    const result = sampleResult({ experiment: { ...sampleExperiment(), ...changes } })
    mkdirSync(directory)
    writeFileSync(path, JSON.stringify(result, null, 2))
    return rowOf(run, { status: 'measured', directory, result }, sweptFields)
  })
  await openSummary({
    paths,
    name: settings.name,
    experiments: rows.length,
    total: rows.length,
    sweptFields,
    rows,
  })
}

const seeds = (count: number) =>
  Array.from({ length: count }, (_, random_seed) => ({ random_seed }))

async function timedRow(
  name: string,
  limit: number | null,
  work: () => unknown,
): Promise<BenchRow> {
  const startMs = performance.now()
  await work()
  return limitedRow({ name, value: performance.now() - startMs, unit: 'ms', limit })
}

/** CPU time of the programs that we started and that have ended, in ticks of 10 ms: fields 16 and 17 of proc_pid_stat(5). */
function cpuOfChildrenMs(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return 10 * (Number(fields[16 - 3]) + Number(fields[17 - 3]))
}
