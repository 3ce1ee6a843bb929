/** Whether experiments can run where a container puts them: starts one as they will be started, and asks what it finds. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import { decodeLine } from '../core/ndjson.ts'
import { programs } from '../core/programs.ts'
import { type Surroundings, surroundingsSchema } from '../core/surroundings.ts'
import type { Job, JobExit, Runner } from '../runners/runner.ts'
import { jobNeeds } from './jobNeeds.ts'
import type { StudyDeps } from './runStudy.ts'

export interface Place {
  /** The image's name, for messages. */
  image: string
  /** What stands behind the name. */
  imageId: string
  gpus: readonly string[]
}

/** A large image that was just pulled starts slowly once. */
const patienceMs = 120_000

/** Every problem found; a container that does not start is one. */
export async function checkSurroundings(
  runner: Runner<unknown>,
  options: unknown,
  place: Place,
  deps: StudyDeps,
): Promise<AppError[]> {
  await mkdir(deps.cacheDir, { recursive: true })
  // The cache is given to experiments too: where it cannot be shared, they cannot run.
  const dir = await mkdtemp(join(deps.cacheDir, 'check-'))
  try {
    const job = {
      id: 'check',
      study: 'preflight',
      dir,
      argv: [process.execPath, fileURLToPath(programs.lookAround)],
      ...(await jobNeeds({}, deps)),
      gpus: place.gpus,
      image: { name: place.image, id: place.imageId },
      timeoutMs: patienceMs,
      silenceMs: patienceMs,
    }
    const { exit, found } = await look(runner, options, job, deps)
    if (found !== null) return surroundingProblems(found, place)
    if (exit.wasAborted) return []
    return [notStarted(exit, place)]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function look(
  runner: Runner<unknown>,
  options: unknown,
  job: Job,
  { signal, env, clock }: StudyDeps,
): Promise<{ exit: JobExit; found: Surroundings | null }> {
  let found: Surroundings | null = null
  const exit = await runner.run(job, options, {
    onLine(line) {
      found = decodeLine(line, surroundingsSchema) ?? found
    },
    signal,
    env,
    clock,
  })
  return { exit, found }
}

/** Pure. The same major version of CUDA serves all its minor ones: docs.nvidia.com/deploy/cuda-compatibility */
export function surroundingProblems(
  { gpus, driverCuda, imageCuda, driverVersion }: Surroundings,
  place: Omit<Place, 'imageId'>,
): AppError[] {
  if (place.gpus.length === 0) return []
  const missing = place.gpus.filter((id) => id.startsWith('GPU-') && !gpus.includes(id))
  const major = (version: string): number => Number.parseInt(version, 10)
  const isTooOld = driverCuda !== null && imageCuda !== null && major(imageCuda) > major(driverCuda)
  return [
    ...(missing.length === 0
      ? []
      : [
          new AppError('DOCKER_GPU_ACCESS', {
            cause: `${missing.join(', ')} cannot be seen in ${place.image}`,
            needs: 'device',
          }),
        ]),
    ...(isTooOld
      ? [
          new AppError('DOCKER_GPU_ACCESS', {
            cause: `${place.image} is made for CUDA ${imageCuda}, and driver ${driverVersion} serves CUDA up to ${driverCuda}`,
            needs: 'driver',
          }),
        ]
      : []),
  ]
}

/** What the loader says of our Node is all that a program which never ran leaves behind. */
function notStarted({ failure, stderrTail, code }: JobExit, { image }: Place): AppError {
  if (failure !== null && failure.code !== 'DOCKER_CONTAINER') return failure
  const said = stderrTail.trim().split('\n').at(-1) ?? ''
  return new AppError('DOCKER_RUNTIME_MOUNT', {
    image,
    cause: said === '' ? `it ended with exit code ${code}` : said,
    fix: 'Name another image under images: one with a recent glibc and libstdc++.',
  })
}
