/** Keeps our program in a volume of a daemon that does not see our files: copied once for each version. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { containerPaths } from '../../core/containerPaths.ts'
import { hashJson } from '../../core/hash.ts'
import { packageRoot } from '../../core/programs.ts'
import type { Job } from '../runner.ts'
import type { DockerError } from './classifyMessage.ts'
import { copyFiles } from './copyFiles.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'
import type { OurProgram } from './ourProgram.ts'
import { removeContainer } from './removeContainer.ts'

const prefix = 'llem-program-'

/** The name of the volume for this very program: by version of Node, and by what its files looked like last. */
export async function programVolume({ mounts }: OurProgram): Promise<string> {
  const files = await Promise.all(mounts.map(({ source }) => look(source)))
  return `${prefix}${hashJson([process.version, process.arch, files]).slice(0, 16)}`
}

/** Size and time of a file, or of those in a folder. Packages are many, and are changed together with their own list. */
async function look(path: string): Promise<unknown> {
  const facts = await stat(path)
  if (!facts.isDirectory()) return [facts.size, facts.mtimeMs]
  const list = await stat(join(path, '.package-lock.json')).catch(() => null)
  if (list !== null) return [list.size, list.mtimeMs]
  const names = (await readdir(path, { recursive: true })).sort()
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(path, name))
      return [name, size, mtimeMs]
    }),
  )
}

export interface ProgramFilling {
  /** A container that has the volume. */
  container: string
  image: NonNullable<Job['image']>
  program: OurProgram
  volume: string
}

/** The last thing that is copied: what lacks it is not whole. */
const marker = join(containerPaths.program, 'complete')

/** Null when the volume holds the program. */
export async function fillProgramVolume(
  { container, image, program, volume }: ProgramFilling,
  world: DockerWorld,
): Promise<DockerError | null> {
  const found = await copyFiles(`${container}:${marker}`, '-', world)
  if (found === null) return null
  // The container of the job may only read the volume.
  const filler = `${container}-fill`
  try {
    const mount = `type=volume,source=${volume},target=${containerPaths.program}`
    const id = image.id ?? image.name
    const args = ['create', '--name', filler, '--mount', mount, '--entrypoint', marker, id]
    const created = await askDocker({ args, task: 'create', image: image.name }, world)
    if (!created.ok) return created.error
    const parts = program.mounts.map(({ source, target }) => ({ source, target }))
    const last = { source: fileURLToPath(new URL('package.json', packageRoot)), target: marker }
    for (const { source, target } of [...parts, last]) {
      const refused = await copyFiles(source, `${filler}:${target}`, world)
      if (refused !== null) return refused
    }
    await removeOthers(volume, world)
    return null
  } finally {
    await removeContainer(filler, { env: world.env, clock: world.clock })
  }
}

/** Programs of other versions; one that a container still uses is refused, and stays. */
async function removeOthers(volume: string, world: DockerWorld): Promise<void> {
  const list = ['volume', 'ls', '--quiet', '--filter', `name=${prefix}`]
  const listed = await askDocker({ args: list, task: 'look' }, world)
  const others = listed.ok
    ? listed.stdout.split('\n').filter((name) => name.startsWith(prefix))
    : []
  for (const name of others.filter((other) => other !== volume)) {
    await askDocker({ args: ['volume', 'rm', name], task: 'remove' }, world)
  }
}
