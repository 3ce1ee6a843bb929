/**
 * Everything about where experiments run that can fail before the first of them, looked at once and told together. What
 * was found is written into the plan: the images that were looked at are those that run.
 */

import { openChannel } from '../core/channel.ts'
import { AppError } from '../core/errors.ts'
import type { StudyEvent } from '../core/events.ts'
import { listVisibleGpus } from '../energy/shared/listVisibleGpus.ts'
import { loadRunner } from '../runners/registry.gen.ts'
import type { Preparation, PrepareIo, Runner, RunnerNeeds } from '../runners/runner.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { checkSurroundings } from './checkSurroundings.ts'
import { optionsOf } from './optionsOf.ts'
import { requireRunner } from './requireRunner.ts'
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
  const specs = new Map(plan.experiments.map(({ backend, runner }) => [backend, runner]))
  const elevated = [...specs].filter(([, { source }]) => source === 'elevated')
  if (elevated.length > 0) {
    yield { type: 'runnersElevated', backends: elevated.map(([backend]) => backend).sort() }
  }
  const images = imagesOf(specs)
  if (images.length === 0) return { plan, gpus: [] }
  const { ids: gpus } = await (deps.listGpus ?? listVisibleGpus)({ root: '/', env: deps.env })
  const mode = 'docker'
  const runner = await requireRunner(mode, deps.loadRunner ?? loadRunner)
  const options = runner.options.parse(optionsOf(mode, plan.settings))
  const needs = { images, gpus, fetch: 'missing' } as const
  const found = yield* prepare(runner, options, needs, deps)
  const problems = [...found.problems]
  if (problems.length === 0 && deps.skipsPreflight !== true) {
    for (const { name } of images) {
      const id = found.images.get(name)?.id
      if (id === undefined) continue
      yield { type: 'preparing', task: 'check', image: name, done: 0, total: null }
      problems.push(
        ...(await checkSurroundings(runner, options, { image: name, imageId: id, gpus }, deps)),
      )
      yield { type: 'prepared', task: 'check', image: name }
    }
  }
  if (deps.signal.aborted) throw new AppError('INTERRUPTED', { doing: 'looking at what is needed' })
  throwAll(problems)
  return { plan: withImages(plan, found), gpus }
}

/** Each once, whatever backends share it. */
function imagesOf(specs: ReadonlyMap<string, RunnerSpec>): RunnerNeeds['images'] {
  const images = [...specs.values()].flatMap(({ image }) => (image === null ? [] : [image]))
  return [...new Map(images.map(({ name, id, digest }) => [name, { name, id, digest }])).values()]
}

async function* prepare(
  runner: Runner<unknown>,
  options: unknown,
  needs: RunnerNeeds,
  { signal, env, clock }: StudyDeps,
): AsyncGenerator<StudyEvent, Preparation> {
  const events = openChannel<StudyEvent>()
  const pulled = new Set<string>()
  const onPull: PrepareIo['onPull'] = ({ image, layersDone, layersTotal }) => {
    pulled.add(image)
    events.push({ type: 'preparing', task: 'pull', image, done: layersDone, total: layersTotal })
  }
  const none: Preparation = { problems: [], images: new Map() }
  const preparing = runner.prepare?.(needs, options, { signal, env, clock, onPull }) ?? none
  const prepared = Promise.resolve(preparing)
  prepared.then(() => events.close(), events.close)
  yield* events
  for (const image of pulled) yield { type: 'prepared', task: 'pull', image }
  return prepared
}

function throwAll(problems: readonly AppError[]): void {
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
