/** Everything about Docker that can keep jobs from running, found before the first of them: all of it, not the first. */

import { fileURLToPath } from 'node:url'
import { AppError } from '../../core/errors.ts'
import { packageRoot } from '../../core/programs.ts'
import type { ImageFacts, NeededImage, Preparation, PrepareIo, RunnerNeeds } from '../runner.ts'
import { nodeError } from './checkNode.ts'
import { type InspectedImage, inspectImage } from './inspectImage.ts'
import { findOurProgram } from './ourProgram.ts'
import { pullImage } from './pullImage.ts'
import { readEngine } from './readEngine.ts'
import { reapContainers } from './reapContainers.ts'
import { toolkitError } from './toolkitError.ts'

export async function prepareDocker(needs: RunnerNeeds, io: PrepareIo): Promise<Preparation> {
  const engine = await readEngine(io)
  if (engine instanceof AppError) return { problems: [engine], images: new Map() }
  await reapContainers(io)
  const found = await prepareImages(needs, io)
  const ofMachine = [
    nodeError(),
    await programError(),
    needs.gpus.length === 0 ? null : toolkitError(engine, io.env),
  ]
  return {
    problems: [...ofMachine.filter((problem) => problem !== null), ...found.problems],
    images: found.images,
  }
}

async function programError(): Promise<AppError | null> {
  const places = { nodePath: process.execPath, packageRoot: fileURLToPath(packageRoot) }
  try {
    await findOurProgram(places)
    return null
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
}

/** One after the other: layers that images share are fetched once. */
async function prepareImages({ images, fetch }: RunnerNeeds, io: PrepareIo) {
  const problems: AppError[] = []
  const found = new Map<string, ImageFacts>()
  for (const image of images) {
    const facts = await prepareImage(image, fetch, io)
    if (facts instanceof AppError) problems.push(facts)
    else found.set(image.name, { id: facts.id, digest: facts.digest, sizeBytes: facts.sizeBytes })
    const mismatch = facts instanceof AppError ? null : mismatchOf(image.name, facts)
    if (mismatch !== null) problems.push(mismatch)
  }
  return { problems, images: found }
}

async function prepareImage(
  { name, id, digest }: NeededImage,
  fetch: RunnerNeeds['fetch'],
  io: PrepareIo,
): Promise<InspectedImage | AppError> {
  const here = await inspectImage(id ?? name, io)
  const isHere = !(here instanceof AppError)
  const isOtherError = here instanceof AppError && here.code !== 'DOCKER_IMAGE_PULL'
  if (fetch === 'none' || (isHere && fetch === 'missing') || isOtherError) return here
  const refused = await pullImage(digest ?? name, io, io.onPull)
  return refused ?? inspectImage(id ?? digest ?? name, io)
}

/** An image runs on the processor it was made for; emulation would measure the emulator. */
function mismatchOf(image: string, { architecture, platform }: InspectedImage): AppError | null {
  const isFit = platform === 'linux' && (architecture === '' || architecture === process.arch)
  if (isFit) return null
  return new AppError('DOCKER_RUNTIME_MOUNT', {
    image,
    cause: `it is made for ${platform} on ${architecture}, and this machine is linux on ${process.arch}`,
    fix: 'Name an image made for the processor of this machine under images.',
  })
}
