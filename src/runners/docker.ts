/** Runs the worker in a fresh container of an image that was not made for us: our Node and our files are mounted into it. */

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type DockerOptions, dockerSchema } from '../config/dockerOptions.ts'
import { containerPaths } from '../core/containerPaths.ts'
import { AppError } from '../core/errors.ts'
import { makeDirectory } from '../core/makeDirectory.ts'
import { ownOwner } from '../core/processOwner.ts'
import { packageRoot, programs } from '../core/programs.ts'
import { gibibytesToBytes } from '../core/units.ts'
import { containerEnvironment } from './docker/containerEnvironment.ts'
import { labelsOf } from './docker/containerOwner.ts'
import { neverRan } from './docker/neverRan.ts'
import { findOurProgram, type OurProgram } from './docker/ourProgram.ts'
import { prepareDocker } from './docker/prepareDocker.ts'
import { probeDocker } from './docker/probeDocker.ts'
import { readEngine } from './docker/readEngine.ts'
import { runContainer } from './docker/runContainer.ts'
import type { Job, Runner } from './runner.ts'

export const runner: Runner<DockerOptions> = {
  name: 'docker',
  title: 'A fresh container',
  docs: 'Starts the worker in a fresh container of the image with the engine, and removes it before the next one begins. Our own Node and files are mounted into it, so that any image with glibc and libstdc++ will do as it is. Needs Docker (or Podman under its name) and, for NVIDIA GPUs, the NVIDIA Container Toolkit.',
  options: dockerSchema,
  probe: probeDocker,
  prepare: (needs, _options, io) => prepareDocker(needs, io),
  async run(job, options, io) {
    if (io.signal.aborted) return neverRan(null)
    const program = await findOurProgram({
      nodePath: process.execPath,
      packageRoot: fileURLToPath(packageRoot),
    })
    const argv = argvIn(program, job)
    const engine = await readEngine(io)
    if (engine instanceof AppError) return neverRan(engine)
    for (const cache of job.caches) await makeDirectory(cache)
    const { startEnvironment, workerEnvironment } = containerEnvironment(job.env)
    const plan = {
      name: `llem-${job.id}-${randomBytes(4).toString('hex')}`,
      labels: {
        'llem.study': job.study,
        'llem.experiment': job.id,
        'llem.pid': String(process.pid),
        'llem.started': io.clock.wallDate().toISOString(),
        ...labelsOf(ownOwner()),
      },
      image: imageOf(job),
      argv,
      mounts: [...program.mounts, ...exchangeMounts(job)],
      volumes: [],
      workingDirectory: job.workingDirectory ?? process.cwd(),
      gpus: job.gpus,
      needsNetwork: job.needsNetwork,
      env: startEnvironment,
      user: {
        uid: process.getuid?.() ?? 0,
        gid: process.getgid?.() ?? 0,
        groups: process.getgroups?.() ?? [],
      },
      engine,
      options,
    }
    const memoryBytes =
      options.memory_gib === undefined ? null : gibibytesToBytes(options.memory_gib)
    const environmentOf = (id: string) => ({
      ...workerEnvironment,
      LLEM_CONTAINER: JSON.stringify({
        id,
        engineVersion: engine.version,
        runtime: engine.runtime,
      }),
    })
    return runContainer({ job, io, plan, program, memoryBytes, environmentOf })
  },
}

/** Our Node with the same arguments, told to take its environment from its stdin. Throws for a program that is not ours. */
function argvIn(program: OurProgram, { argv: [node = '', file = '', ...args] }: Job): string[] {
  const place = program.placeOf(node) === containerPaths.node ? program.placeOf(file) : null
  const receiver = program.placeOf(fileURLToPath(programs.receiveEnvironment))
  if (place === null || receiver === null) {
    throw new AppError('PROGRAM_NOT_STARTED', {
      program: `"${[node, file].join(' ').trim()}"`,
      cause: 'a container holds no program of the host but our own',
    })
  }
  return ['--import', receiver, place, ...args]
}

function imageOf({ image }: Job): NonNullable<Job['image']> {
  if (image === null) throw new AppError('INTERNAL', { what: 'a container needs an image' })
  return image
}

/** The tree behind the links of /sys/class/powercap. Masked by engines, so that it needs another place in the container. */
const raplFolder = '/sys/devices/virtual/powercap'

/** Paths stay as they are, so that what is written in a study or a result means the same inside and outside. */
function exchangeMounts({ dir, caches, reads }: Job) {
  const here = (isWritable: boolean) => (path: string) => ({
    source: path,
    target: path,
    isWritable,
  })
  const rapl = { source: raplFolder, target: containerPaths.powercap, isWritable: false }
  return [
    here(true)(dir),
    ...caches.map(here(true)),
    ...reads.map(here(false)),
    ...(existsSync(raplFolder) ? [rapl] : []),
  ]
}
