/** The images of a study: looked up, and fetched where they are missing or wanted anew. */

import { openChannel } from '../core/channel.ts'
import type { StudyEvent } from '../core/events.ts'
import { listVisibleGpus } from '../energy/shared/listVisibleGpus.ts'
import { loadRunner } from '../runners/registry.gen.ts'
import type { Preparation, PrepareIo, Runner, RunnerNeeds } from '../runners/runner.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { optionsOf } from './optionsOf.ts'
import { requireRunner } from './requireRunner.ts'
import type { StudyDeps } from './runStudy.ts'

export interface StudyImage {
  image: NonNullable<RunnerSpec['image']>
  /** Those that run in it. */
  backends: readonly string[]
}

/** Each once, in the order of the plan. */
export function imagesOf({ experiments }: StudyPlan): StudyImage[] {
  const images = new Map<string, { image: StudyImage['image']; backends: Set<string> }>()
  for (const { backend, runner } of experiments) {
    if (runner.image === null) continue
    const found = images.get(runner.image.name) ?? { image: runner.image, backends: new Set() }
    images.set(runner.image.name, found)
    found.backends.add(backend)
  }
  return Array.from(images.values(), ({ image, backends }) => ({ image, backends: [...backends] }))
}

export interface PreparedImages extends Preparation {
  runner: Runner<unknown>
  options: unknown
  /** UUIDs of the devices that containers are given. */
  gpus: readonly string[]
}

/** Only the docker runner has images. */
const mode = 'docker'

export async function* prepareImages(
  plan: StudyPlan,
  fetch: RunnerNeeds['fetch'],
  deps: StudyDeps,
): AsyncGenerator<StudyEvent, PreparedImages> {
  const { ids: gpus } = await (deps.listGpus ?? listVisibleGpus)({ root: '/', env: deps.env })
  const runner = await requireRunner(mode, deps.loadRunner ?? loadRunner)
  const options = runner.options.parse(optionsOf(mode, plan.settings))
  const images = imagesOf(plan).map(({ image: { name, id, digest } }) => ({ name, id, digest }))
  const found = yield* prepare(runner, options, { images, gpus, fetch }, deps)
  return { ...found, runner, options, gpus }
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
