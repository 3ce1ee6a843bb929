/**
 * Everything about where experiments run that can fail before the first of them, looked at once and told together. What
 * was found is written into the plan: the images that were looked at are those that run.
 */

import { AppError } from '../core/errors.ts'
import type { StudyEvent } from '../core/events.ts'
import type { Preparation } from '../runners/runner.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { checkSurroundings } from './checkSurroundings.ts'
import { imagesOf, type PreparedImages, prepareImages } from './prepareImages.ts'
import { probeBackends } from './probeBackends.ts'
import type { StudyDeps } from './runStudy.ts'

export interface Preflight {
  /** The plan with the images that its runs will use. */
  plan: StudyPlan
  /** UUIDs of the devices that runs are given, where they have to be given them. */
  gpus: readonly string[]
}

/** Throws what is wrong: the one problem there is, or `PREFLIGHT_FAILED` with all of them. */
export async function* preflight(
  plan: StudyPlan,
  deps: StudyDeps,
): AsyncGenerator<StudyEvent, Preflight> {
  const elevated = plan.experiments.filter(({ runner }) => runner.source === 'elevated')
  if (elevated.length > 0) {
    const backends = [...new Set(elevated.map(({ backend }) => backend))].sort()
    yield { type: 'runnersElevated', backends }
  }
  const missing = deps.skipsPreflight === true ? [] : await probeBackends(plan, deps.env)
  if (missing.length > 0) throwAll(missing, deps)
  if (imagesOf(plan).length === 0) return { plan, gpus: [] }
  const prepared = yield* prepareImages(plan, 'missing', deps)
  throwAll(prepared.problems, deps)
  if (deps.skipsPreflight !== true) throwAll(yield* lookInside(prepared, deps), deps)
  return { plan: withImages(plan, prepared), gpus: prepared.gpus }
}

/** Everything that is wrong in the containers of the images that are there. */
async function* lookInside(
  { runner, options, images, gpus }: PreparedImages,
  deps: StudyDeps,
): AsyncGenerator<StudyEvent, AppError[]> {
  const problems: AppError[] = []
  for (const [image, { id: imageId }] of images) {
    yield { type: 'preparing', task: 'check', image, done: 0, total: null }
    problems.push(...(await checkSurroundings(runner, options, { image, imageId, gpus }, deps)))
    yield { type: 'prepared', task: 'check', image }
  }
  return problems
}

function throwAll(problems: readonly AppError[], { signal }: StudyDeps): void {
  if (signal.aborted) throw new AppError('INTERRUPTED', { doing: 'looking at what is needed' })
  const [first, ...others] = problems
  if (first === undefined) return
  throw others.length === 0 ? first : new AppError('PREFLIGHT_FAILED', { problems })
}

function withImages(plan: StudyPlan, { images }: Preparation): StudyPlan {
  const experiments = plan.experiments.map((experiment) => {
    const { image } = experiment.runner
    const found = image === null ? undefined : images.get(image.name)
    if (image === null || found === undefined) return experiment
    const { id, digest } = found
    return { ...experiment, runner: { ...experiment.runner, image: { ...image, id, digest } } }
  })
  return { ...plan, experiments }
}
