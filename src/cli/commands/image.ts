/** `llem image`: the container images that a study will use. */

import { z } from 'zod'
import { cacheDirOf } from '../../core/cacheDir.ts'
import { AppError, type ExitCode, exitCodes } from '../../core/errors.ts'
import type { StudyEvent } from '../../core/events.ts'
import { paintFor } from '../../report/paint.ts'
import type { StudyPlan } from '../../store/planFile.ts'
import { preflight } from '../../study/preflight.ts'
import { imagesOf, prepareImages } from '../../study/prepareImages.ts'
import type { StudyDeps } from '../../study/runStudy.ts'
import { type ImageEntry, renderImages } from '../image/renderImages.ts'
import { interruptSignal } from '../interruptSignal.ts'
import { type Io, isColor, widthOf } from '../io.ts'
import { loadPlan } from '../loadPlan.ts'
import { openProgress } from '../progress/openProgress.ts'

const taskSchema = z.enum(['list', 'pull', 'check'])

export interface ImageArguments {
  /** One of the choices that commander checked. */
  task: string
  file: string
  isJson: boolean
}

/** Prints the images, after it has pulled them or looked into a container of each. */
export async function imageCommand(
  { task, file, isJson }: ImageArguments,
  io: Io,
): Promise<ExitCode> {
  const { plan } = await loadPlan({ file, flags: {}, sets: [], isStrict: false }, io)
  const entries = imagesOf(plan).length === 0 ? [] : await lookUp(taskSchema.parse(task), plan, io)
  io.stdout.write(
    isJson
      ? `${JSON.stringify({ schemaVersion: 1, images: entries }, null, 2)}\n`
      : renderImages(entries, {
          width: widthOf(io.stdout),
          paint: paintFor(isColor(io.stdout, io.env)),
        }),
  )
  return exitCodes.measured
}

async function lookUp(
  task: z.output<typeof taskSchema>,
  plan: StudyPlan,
  io: Io,
): Promise<ImageEntry[]> {
  await using progress = await openProgress(io, { isQuiet: false })
  using interrupt = interruptSignal(io, () => progress.note('ending'))
  const deps: StudyDeps = {
    clock: io.clock,
    env: io.env,
    signal: interrupt.signal,
    cacheDir: cacheDirOf(io.env),
  }
  const events = task === 'check' ? check(plan, deps) : look(task, plan, deps)
  for (;;) {
    const step = await events.next()
    if (step.done === true) return step.value
    progress.show(step.value)
  }
}

/** An image that is not there is what one wants to know of a list, and an error of a pull. */
async function* look(
  task: 'list' | 'pull',
  plan: StudyPlan,
  deps: StudyDeps,
): AsyncGenerator<StudyEvent, ImageEntry[]> {
  const fetch = task === 'pull' ? 'all' : 'none'
  const { images, problems } = yield* prepareImages(plan, fetch, deps)
  const isMissing = ({ code }: AppError): boolean => task === 'list' && code === 'DOCKER_IMAGE_PULL'
  const [first, ...others] = problems.filter((problem) => !isMissing(problem))
  if (first !== undefined) {
    throw others.length === 0 ? first : new AppError('PREFLIGHT_FAILED', { problems })
  }
  return imagesOf(plan).map(({ image: { name, source }, backends }) => ({
    name,
    source,
    backends,
    found: images.get(name) ?? null,
  }))
}

/** All that `llem run` checks of images and of the way into them. */
async function* check(plan: StudyPlan, deps: StudyDeps): AsyncGenerator<StudyEvent, ImageEntry[]> {
  const checked = yield* preflight(plan, deps)
  return yield* look('list', checked.plan, deps)
}
