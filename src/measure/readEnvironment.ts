/** The machine as the measured process sees it, for the record. */

import { readFileSync } from 'node:fs'
import { arch, cpus, hostname, platform, release } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../core/context.ts'
import { readHost } from '../core/host.ts'
import type { DeviceFacts } from '../energy/energySource.ts'
import { containerFactsSchema, type EnvironmentFacts } from '../store/environmentFile.ts'

/**
 * Reads the machine below `root` (`/` but in tests); `gpus` come from the energy sources that know them. What a container
 * cannot know of itself its runner tells in `LLEM_CONTAINER`.
 */
export function readEnvironment(
  root: string,
  gpus: readonly DeviceFacts[],
  env: Environment,
): EnvironmentFacts {
  const host = readHost(root)
  const read = (path: string): string | null => readText(join(root, path))
  const cpuinfo = read('proc/cpuinfo') ?? ''
  return {
    hostname: hostname(),
    platform: platform(),
    kernel: release(),
    nodeVersion: process.version,
    container: describeContainer(findContainer(read), env['LLEM_CONTAINER']),
    cpu: {
      model: cpuinfo.match(/^model name\s*:\s*(.+)$/m)?.[1] ?? cpus()[0]?.model ?? 'unknown',
      architecture: arch(),
      sockets: host.sockets,
      physicalCores: host.physicalCores,
      logicalCores: host.logicalCores,
      usableCores: host.usableCores,
      governor: read('sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
      isVirtual: cpuinfo === '' ? null : /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo),
    },
    memory: {
      totalBytes: host.totalMemoryBytes,
      limitBytes: host.memoryLimitBytes,
      availableBytes: host.effectiveAvailableBytes,
    },
    gpus: [...gpus],
  }
}

function describeContainer(
  engine: string | null,
  told: string | undefined,
): EnvironmentFacts['container'] {
  if (engine === null) return null
  if (told === undefined) return { engine, id: null, engineVersion: null, runtime: null }
  return containerFactsSchema.parse({ engine, ...JSON.parse(told) })
}

/** The container engine by the marks it leaves: Docker's and Podman's files, Kubernetes' and Slurm's cgroup names. */
function findContainer(read: (path: string) => string | null): string | null {
  if (read('.dockerenv') !== null) return 'docker'
  if (read('run/.containerenv') !== null) return 'podman'
  return read('proc/self/cgroup')?.match(/docker|podman|kubepods|lxc/)?.[0] ?? null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Not on this system: the fact is unknown.
    return null
  }
}
