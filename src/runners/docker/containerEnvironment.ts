/** What of a job's environment a container gets, and how. Pure. */

import type { Environment } from '../../core/context.ts'

export interface ContainerEnvironment {
  /** Must be there when Node starts, and is no secret: part of the container, which all who may ask the daemon can see. */
  startEnvironment: Record<string, string>
  /** Handed to the worker when it runs. */
  workerEnvironment: Record<string, string>
}

/**
 * About this machine and not about the container, whose image has its own. Which GPUs there are is said when the container
 * is made, and inside they are numbered anew.
 */
const ofTheHost = new Set([
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'XDG_CACHE_HOME',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'LLEM_PROCESS_TREE',
])

/** Names of files, which Node reads before our code runs. */
const atStart = new Set(['NODE_EXTRA_CA_CERTS'])

export function containerEnvironment(env: Environment): ContainerEnvironment {
  const entries = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || ofTheHost.has(name) ? [] : [[name, value]],
  )
  return {
    startEnvironment: Object.fromEntries(entries.filter(([name]) => atStart.has(name))),
    workerEnvironment: Object.fromEntries(entries.filter(([name]) => !atStart.has(name))),
  }
}
