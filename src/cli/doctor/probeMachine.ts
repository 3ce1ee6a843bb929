/** What a run needs of the machine besides plug-ins: CPU, memory, Node, and directories that can be written. */

import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { errorCodeOf } from '../../core/files.ts'
import { readHost } from '../../core/host.ts'
import { type FoundLimits, findLeftLimits } from '../../study/findLeftLimits.ts'

export interface DirectoryCheck {
  path: string
  isWritable: boolean
  /** Null when it is writable. */
  reason: string | null
  /** Null when the file system does not say. */
  freeBytes: number | null
}

export interface MachineCheck {
  cpu: string
  logicalCores: number
  /** Cores this process may use: affinity and cgroup quota. */
  usableCores: number
  totalMemoryBytes: number
  /** Null when neither the system nor the cgroup says. */
  availableMemoryBytes: number | null
  nodeVersion: string
  platform: string
  results: DirectoryCheck
  cache: DirectoryCheck
  /** Limits of boards that a process has left in force, or may have. */
  leftLimits: FoundLimits
}

/** Looks and makes nothing: a directory that is not there yet is judged by the nearest one above it. */
export async function probeMachine(paths: {
  resultsDir: string
  cacheDir: string
}): Promise<MachineCheck> {
  const host = readHost('/')
  const [results, cache, limits] = await Promise.all([
    checkDirectory(paths.resultsDir),
    checkDirectory(paths.cacheDir),
    findLeftLimits(paths.cacheDir),
  ])
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    logicalCores: host.logicalCores,
    usableCores: host.usableCores,
    totalMemoryBytes: host.totalMemoryBytes,
    availableMemoryBytes: host.effectiveAvailableBytes,
    nodeVersion: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    results,
    cache,
    leftLimits: { ...limits, left: limits.left.filter(({ state }) => state !== 'forgotten') },
  }
}

/** Whether files can be made in `path`, or `path` itself where there is nothing yet. */
export async function checkDirectory(path: string): Promise<DirectoryCheck> {
  const absolute = resolve(path)
  const no = (reason: string) => ({ path: absolute, isWritable: false, reason, freeBytes: null })
  for (let place = absolute; ; place = dirname(place)) {
    try {
      if (!(await stat(place)).isDirectory()) return no(`${place} is not a directory`)
      await access(place, constants.W_OK | constants.X_OK)
      return { path: absolute, isWritable: true, reason: null, freeBytes: await freeBytesOf(place) }
    } catch (cause) {
      if (errorCodeOf(cause) !== 'ENOENT' || place === dirname(place)) return no(messageOf(cause))
    }
  }
}

async function freeBytesOf(path: string): Promise<number | null> {
  const facts = await statfs(path).catch(() => null)
  return facts === null ? null : facts.bavail * facts.bsize
}
