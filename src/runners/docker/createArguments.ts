/** The arguments of `docker create` for one job. Pure: everything that was found out comes in. */

import type { DockerOptions } from '../../config/dockerOptions.ts'
import { containerPaths } from '../../core/containerPaths.ts'
import { gibibytesToBytes } from '../../core/units.ts'
import type { Job } from '../runner.ts'
import type { Mount } from './ourProgram.ts'
import type { Engine } from './readEngine.ts'

export interface ContainerPlan {
  name: string
  labels: Readonly<Record<string, string>>
  image: NonNullable<Job['image']>
  /** Arguments of our Node. */
  argv: readonly string[]
  mounts: readonly Mount[]
  volumes: readonly Volume[]
  workingDirectory: string
  gpus: readonly string[] | 'all'
  /** Whether something has to be downloaded. */
  needsNetwork: boolean
  /** Environment that programs read before ours can set it. Nothing secret: everybody who may talk to the daemon sees it. */
  env: Readonly<Record<string, string>>
  user: HostUser
  engine: Pick<Engine, 'isRootless' | 'hasUserNamespaces' | 'hasSelinux' | 'hasNvidiaRuntime'>
  options: DockerOptions
}

/** A folder that the daemon keeps. */
export interface Volume {
  /** Null for one that goes with the container. */
  name: string | null
  target: string
  isWritable: boolean
}

interface HostUser {
  uid: number
  gid: number
  groups: readonly number[]
}

export function createArguments(plan: ContainerPlan): string[] {
  const { name, labels, image, argv, mounts, volumes, workingDirectory, env } = plan
  return [
    'create',
    ...['--name', name],
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--pull', 'never', '--restart', 'no', '--init', '--interactive'],
    ...['--entrypoint', containerPaths.node],
    ...['--workdir', workingDirectory],
    // What our worker prints is kept in the run directory; the daemon needs no second copy that grows without end.
    ...['--log-driver', 'none'],
    ...['--network', hasNetwork(plan) ? 'bridge' : 'none'],
    ...securityArguments(plan),
    ...userArguments(plan),
    ...memoryArguments(plan.options),
    ...gpuArguments(plan.gpus),
    ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...[...mounts.map(bindOf), ...volumes.map(volumeOf)].flatMap((mount) => ['--mount', mount]),
    // A name may come to mean another image while a study runs.
    image.id ?? image.name,
    ...argv,
  ]
}

function hasNetwork({ options, needsNetwork }: ContainerPlan): boolean {
  return options.network === 'on' || (options.network === 'auto' && needsNetwork)
}

function securityArguments({ engine }: ContainerPlan): string[] {
  return [
    ...['--security-opt', 'no-new-privileges'],
    // Files of a user have no label that containers may read; relabeling them would change the user's files.
    ...(engine.hasSelinux ? ['--security-opt', 'label=disable'] : []),
  ]
}

/**
 * As the user who started the study, so that files belong to them however the container ends. Without root on the host,
 * root of the container is that user already.
 */
function userArguments({ engine, user: { uid, gid, groups } }: ContainerPlan): string[] {
  const home = ['--mount', `type=tmpfs,target=${containerPaths.home},tmpfs-mode=1777`]
  const variables = ['--env', `HOME=${containerPaths.home}`, '--env', 'USER=llem']
  if (engine.isRootless) return [...home, ...variables, '--user', '0:0']
  return [
    ...home,
    ...variables,
    ...(engine.hasUserNamespaces ? ['--userns', 'host'] : []),
    ...['--user', `${uid}:${gid}`],
    ...groups.filter((id) => id !== gid).flatMap((id) => ['--group-add', String(id)]),
  ]
}

function memoryArguments({ memory_gib, shm_gib }: DockerOptions): string[] {
  const bytesOf = (gibibytes: number): string => String(Math.round(gibibytesToBytes(gibibytes)))
  return [
    ...['--shm-size', bytesOf(shm_gib)],
    // Swap would let a container go on at a crawl where it should fail.
    ...(memory_gib === undefined
      ? []
      : ['--memory', bytesOf(memory_gib), '--memory-swap', bytesOf(memory_gib)]),
  ]
}

/** The value is a line of CSV of its own: quotes keep its commas together. */
function gpuArguments(gpus: ContainerPlan['gpus']): string[] {
  if (gpus.length === 0) return []
  // Without `utility` the driver's management library, which tells the power, is left out.
  const capabilities = ['--env', 'NVIDIA_DRIVER_CAPABILITIES=compute,utility']
  return ['--gpus', gpus === 'all' ? gpus : `"device=${gpus.join(',')}"`, ...capabilities]
}

function bindOf({ source, target, isWritable }: Mount): string {
  return mountOf(['type=bind', `source=${source}`, `target=${target}`], isWritable)
}

function volumeOf({ name, target, isWritable }: Volume): string {
  const source = name === null ? [] : [`source=${name}`]
  return mountOf(['type=volume', ...source, `target=${target}`], isWritable)
}

function mountOf(fields: readonly string[], isWritable: boolean): string {
  return [...fields, ...(isWritable ? [] : ['readonly'])].map(csvField).join(',')
}

function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
