/** The plan of a container whose daemon does not see our files: volumes at the same places. Pure. */

import { dirname } from 'node:path'
import { containerPaths } from '../../core/containerPaths.ts'
import { hashJson } from '../../core/hash.ts'
import type { Job } from '../runner.ts'
import type { ContainerPlan, Volume } from './createArguments.ts'

export interface Exchange {
  job: Pick<Job, 'dir' | 'reads' | 'caches'>
  /** The volume that holds our program. */
  volume: string
  /** Those of `reads` that are folders. */
  folders: ReadonlySet<string>
}

export function copiedPlan(plan: ContainerPlan, { job, volume, folders }: Exchange): ContainerPlan {
  const volumes: Volume[] = [
    { name: volume, target: containerPaths.program, isWritable: false },
    ...job.caches.map((path) => ({ name: cacheVolume(path), target: path, isWritable: true })),
    ...[job.dir, ...job.reads.map((path) => (folders.has(path) ? path : dirname(path)))].map(
      (target) => ({ name: null, target, isWritable: true }),
    ),
  ]
  return {
    ...plan,
    mounts: [],
    volumes: [...new Map(volumes.map((one) => [one.target, one])).values()],
    // What is copied back belongs to whoever copies it.
    user: { uid: 0, gid: 0, groups: [] },
    // The devices are those of the daemon's machine, whose ids we do not know.
    gpus: plan.engine.hasNvidiaRuntime ? 'all' : [],
  }
}

/** Models stay there between runs, as on the host. */
function cacheVolume(path: string): string {
  return `llem-cache-${hashJson(path).slice(0, 12)}`
}
