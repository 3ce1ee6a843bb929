/**
 * Makes the container of a job. Where the daemon sees our files they are mounted; where it does not (it runs on another
 * machine, or in another container), volumes of its own take their place, and what the job needs is copied in and out.
 */

import { stat } from 'node:fs/promises'
import type { Job } from '../runner.ts'
import { type DockerError, isPathUnseen } from './classifyMessage.ts'
import { copiedPlan } from './copiedPlan.ts'
import { copyFiles } from './copyFiles.ts'
import { type ContainerPlan, createArguments } from './createArguments.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'
import { fillProgramVolume, programVolume } from './fillProgramVolume.ts'
import type { OurProgram } from './ourProgram.ts'

export interface CreatedContainer {
  id: string
  /** Brings what the job wrote to where it belongs; to be called when the container has ended. */
  collect(world: DockerWorld): Promise<void>
}

export interface ContainerRequest {
  job: Job
  plan: ContainerPlan
  program: OurProgram
}

export async function createContainer(
  { job, plan, program }: ContainerRequest,
  world: DockerWorld,
): Promise<CreatedContainer | DockerError> {
  const mounted = await create(plan, world)
  if (mounted.ok) return { id: mounted.stdout.trim(), async collect() {} }
  if (!isPathUnseen(mounted.error.message)) return mounted.error

  const volume = await programVolume(program)
  const folders = await foldersOf(job.reads)
  const created = await create(copiedPlan(plan, { job, volume, folders }), world)
  if (!created.ok) return created.error
  const refused =
    (await fillProgramVolume(
      { container: plan.name, image: plan.image, program, volume },
      world,
    )) ?? (await copyIn(job, plan.name, folders, world))
  if (refused !== null) return refused
  return {
    id: created.stdout.trim(),
    // A container without a run directory to collect has failed, and its state says why.
    collect: async (collecting) =>
      void (await copyFiles(`${plan.name}:${job.dir}/.`, job.dir, collecting)),
  }
}

function create(plan: ContainerPlan, world: DockerWorld) {
  const question = { args: createArguments(plan), task: 'create', image: plan.image.name } as const
  return askDocker(question, world)
}

/** Which of these paths are folders. */
async function foldersOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    paths.map(async (path) => ((await stat(path)).isDirectory() ? [path] : [])),
  )
  return new Set(found.flat())
}

async function copyIn(
  job: Job,
  container: string,
  folders: ReadonlySet<string>,
  world: DockerWorld,
): Promise<DockerError | null> {
  for (const path of [job.dir, ...job.reads]) {
    const source = path === job.dir || folders.has(path) ? `${path}/.` : path
    const refused = await copyFiles(source, `${container}:${path}`, world)
    if (refused !== null) return refused
  }
  return null
}
