/** Our own Node, files and packages as a container sees them: what is mounted where, and how paths change. */

import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { containerPaths } from '../../core/containerPaths.ts'
import { AppError } from '../../core/errors.ts'

export interface Mount {
  source: string
  target: string
  isWritable: boolean
}

export interface OurProgram {
  mounts: readonly Mount[]
  /** The place of one of our files in the container; null for a path that is not ours. */
  placeOf(path: string): string | null
}

export interface ProgramPlaces {
  nodePath: string
  /** The folder that holds our package.json. */
  packageRoot: string
}

/** Throws `DOCKER_RUNTIME_MOUNT` when packages we import lie where a mount does not reach. */
export async function findOurProgram(places: ProgramPlaces): Promise<OurProgram> {
  const [nodePath, root] = await Promise.all([
    realpath(places.nodePath),
    realpath(places.packageRoot),
  ])
  const installedIn = outermostModules(root)
  const folders =
    installedIn === null
      ? [
          { source: join(root, 'dist'), name: 'dist' },
          { source: join(root, 'package.json'), name: 'package.json' },
          { source: await realpath(join(root, 'node_modules')), name: 'node_modules' },
        ]
      : [{ source: installedIn, name: 'node_modules' }]
  const mounts = [
    { source: nodePath, target: containerPaths.node },
    ...folders.map(({ source, name }) => ({ source, target: join(containerPaths.program, name) })),
  ]
  await checkPackages(root, installedIn ?? join(root, 'node_modules'))
  const inContainer = (path: string): string | null => {
    if (path === places.nodePath || path === nodePath) return containerPaths.node
    const mount = mounts.find(({ source }) => isWithin(path, source))
    return mount === undefined ? null : join(mount.target, relative(mount.source, path))
  }
  return {
    mounts: mounts.map((mount) => ({ ...mount, isWritable: false })),
    placeOf: (path) =>
      inContainer(
        isWithin(path, places.packageRoot) ? join(root, relative(places.packageRoot, path)) : path,
      ),
  }
}

/** The uppermost `node_modules` that a package lies in: with some package managers it lies deep inside, among links. */
function outermostModules(root: string): string | null {
  const parts = root.split(sep)
  const at = parts.indexOf('node_modules')
  return at < 0 ? null : parts.slice(0, at + 1).join(sep)
}

const packageSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) })

async function checkPackages(root: string, modules: string): Promise<void> {
  const mounted = await realpath(modules)
  const text = await readFile(join(root, 'package.json'), 'utf8')
  const { dependencies } = packageSchema.parse(JSON.parse(text))
  const found = await Promise.all(
    Object.keys(dependencies).map(async (name) => ({ name, path: await findPackage(root, name) })),
  )
  const outside = found.find(({ path }) => path === null || !isWithin(path, mounted))
  if (outside === undefined) return
  throw new AppError('DOCKER_RUNTIME_MOUNT', {
    image: 'a container',
    cause: `the package ${outside.name} lies outside of ${modules}, which is what a container is given`,
    fix: 'Install llenergymeasure with npm, which keeps all packages in one folder.',
  })
}

/** Where Node would find a package from here: in the nearest `node_modules` above that has it. */
async function findPackage(from: string, name: string): Promise<string | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    const path =
      basename(folder) === 'node_modules' ? join(folder, name) : join(folder, 'node_modules', name)
    const isThere = await stat(path).catch(() => null)
    if (isThere !== null) return realpath(path)
    if (folder === dirname(folder)) return null
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}
