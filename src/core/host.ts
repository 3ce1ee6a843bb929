/** What this process may use of the machine: cores by affinity, siblings and quota; memory by what is free and what its cgroup allows. */

import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { type CgroupLimits, readCgroupLimits } from './cgroup.ts'

/** Null is what the system does not tell. */
export interface HostFacts extends CgroupLimits {
  logicalCores: number
  physicalCores: number | null
  sockets: number | null
  /** Logical cores in this process's affinity mask. */
  allowedCores: number
  /** Physical cores in the affinity mask: hardware threads of one core count once. */
  allowedPhysicalCores: number | null
  /** Logical cores worth of time this process may use: the affinity mask, cut by the cgroup quota. May be fractional. */
  usableCores: number
  /** As `usableCores`, physical before logical: the number of threads that compute without sharing a core. May be fractional. */
  usablePhysicalCores: number
  totalMemoryBytes: number
  /** What could be had without swapping (Linux's MemAvailable); null elsewhere, where free memory says too little. */
  availableMemoryBytes: number | null
  /** The smaller of what the machine has and what the cgroup leaves; null when neither is known. */
  effectiveAvailableBytes: number | null
}

/** Reads the machine below `root` (`/` but in tests); what is not there comes from Node or is null. */
export function readHost(root: string): HostFacts {
  const cpuinfo = readText(root, 'proc/cpuinfo') ?? ''
  const online = parseCpuList(readText(root, 'sys/devices/system/cpu/online') ?? '')
  const allowedCpus = parseCpuList(statusField(root, 'Cpus_allowed_list') ?? '')
  const logicalCores = online.length || cpuinfoBlocks(cpuinfo).length || cpus().length || 1
  const allowedCores = allowedCpus.length || availableParallelism()
  const allowedPhysicalCores = countCores(root, cpuinfo, allowedCpus)
  const limits = readCgroupLimits((path) => readText(root, path))
  const quota = limits.quotaCores ?? Number.POSITIVE_INFINITY
  const memory = readMeminfo(root)
  const memoryLeft = [memory.availableBytes, limits.memoryLeftBytes].filter((b) => b !== null)
  return {
    ...limits,
    logicalCores,
    physicalCores: countCores(root, cpuinfo, online),
    sockets: countSockets(cpuinfo),
    allowedCores,
    allowedPhysicalCores,
    usableCores: Math.min(allowedCores, quota),
    usablePhysicalCores: Math.min(allowedPhysicalCores ?? allowedCores, quota),
    totalMemoryBytes: memory.totalBytes ?? totalmem(),
    availableMemoryBytes: memory.availableBytes,
    effectiveAvailableBytes: memoryLeft.length === 0 ? null : Math.min(...memoryLeft),
  }
}

function readText(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8').trim()
  } catch {
    // Not on this system, or not for us to read: both mean that it is not known.
    return null
  }
}

function statusField(root: string, name: string): string | undefined {
  const status = readText(root, 'proc/self/status') ?? ''
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]
}

/** `0-3,8` is 0, 1, 2, 3 and 8: the list format of cpuset(7). */
function parseCpuList(text: string): number[] {
  return text
    .split(',')
    .map((range) => /^(\d+)(?:-(\d+))?$/.exec(range.trim()))
    .filter((match) => match !== null)
    .flatMap(([, first, last]) => {
      const start = Number(first)
      return Array.from({ length: Number(last ?? first) - start + 1 }, (_, i) => start + i)
    })
}

/** Distinct cores behind these logical CPUs: by thread siblings, else by the core ids of cpuinfo; null when neither is told. */
function countCores(root: string, cpuinfo: string, cpuIds: readonly number[]): number | null {
  if (cpuIds.length === 0) return null
  const blocks = new Map(cpuinfoBlocks(cpuinfo).map((block) => [block['processor'], block]))
  const cores = cpuIds.map((id) => {
    const siblings = readText(root, `sys/devices/system/cpu/cpu${id}/topology/thread_siblings_list`)
    const block = blocks.get(String(id))
    if (siblings !== null) return siblings
    return block?.['core id'] === undefined ? null : `${block['physical id']}/${block['core id']}`
  })
  return cores.includes(null) ? null : new Set(cores).size
}

function countSockets(cpuinfo: string): number | null {
  const sockets = new Set(cpuinfoBlocks(cpuinfo).map((block) => block['physical id']))
  return sockets.size === 0 || sockets.has(undefined) ? null : sockets.size
}

/** One record of `key : value` lines per logical CPU. */
function cpuinfoBlocks(text: string): Record<string, string | undefined>[] {
  return text
    .split(/\n\s*\n/)
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => {
          const [key = '', value] = line.split(':')
          return [key.trim(), value?.trim()]
        }),
      ),
    )
    .filter((block) => block['processor'] !== undefined)
}

/** Values of /proc/meminfo, which writes kB for KiB. */
function readMeminfo(root: string): { totalBytes: number | null; availableBytes: number | null } {
  const text = readText(root, 'proc/meminfo') ?? ''
  const bytesOf = (name: string): number | null => {
    const kibibytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  }
  return { totalBytes: bytesOf('MemTotal'), availableBytes: bytesOf('MemAvailable') }
}
