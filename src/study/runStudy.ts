/** Runs the experiments of a plan one after the other and tells what happens. What is finished is on disk before the next begins. */

import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { OutcomeSummary, StudyEvent } from '../core/events.ts'
import { writeFileAtomic, writeJson } from '../core/files.ts'
import { toJson } from '../core/json.ts'
import { version } from '../core/version.gen.ts'
import { planFileSchema } from '../store/planFile.ts'
import { createStudyDirectory, type StudyPaths } from '../store/studyDirectory.ts'
import type { StudyPlan } from './planStudy.ts'
import { runExperiment } from './runExperiment.ts'

export interface StudyDeps {
  clock: Clock
  env: Environment
  /** Ends the study: the running experiment is ended cleanly, the finished ones are kept. */
  signal: AbortSignal
  cacheDir: string
  resultsDir: string
}

/** Throws before the first event when nothing can be written; afterwards every failure is an outcome. */
export async function* runStudy(plan: StudyPlan, deps: StudyDeps): AsyncGenerator<StudyEvent> {
  const total = plan.experiments.length
  const paths = await createStudyDirectory(deps.resultsDir, plan.name, deps.clock.wallDate())
  await keepPlan(plan, paths, deps)
  yield { type: 'studyStarted', directory: paths.directory, total }
  const counts = { measured: 0, failed: 0, skipped: 0 }
  for (const planned of plan.experiments) {
    if (deps.signal.aborted) break
    const { id, index, label } = planned
    yield { type: 'experimentStarted', id, index, total, label }
    let outcome: OutcomeSummary | null = null
    for await (const event of runExperiment(planned, plan.settings, paths, deps)) {
      if (event.type === 'ended') outcome = event.outcome
      else yield { type: 'worker', id, event: event.event }
    }
    if (outcome === null) throw new AppError('INTERNAL', { what: `${id} ended without an outcome` })
    counts[outcome.status]++
    yield { type: 'experimentEnded', id, index, outcome }
  }
  yield { type: 'studyEnded', status: deps.signal.aborted ? 'interrupted' : 'completed', ...counts }
}

async function keepPlan(plan: StudyPlan, paths: StudyPaths, { clock }: StudyDeps): Promise<void> {
  await writeFileAtomic(paths.study, plan.text)
  await writeJson(paths.plan, planFileSchema, {
    schemaVersion: 1,
    name: plan.name,
    version,
    startedAt: clock.wallDate().toISOString(),
    experiments: plan.experiments.map(({ id, cycle, label, configHash, declared, runner }) => ({
      id,
      cycle,
      label,
      configHash,
      declared: toJson(declared),
      runner,
    })),
  })
}
