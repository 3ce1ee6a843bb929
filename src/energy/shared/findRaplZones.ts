/** Finds the RAPL energy counters of a machine in its powercap tree: one zone per part of each socket, none of them twice. */

import { join } from 'node:path'
import { containerPaths } from '../../core/containerPaths.ts'
import { naturalOrder } from '../../core/naturalOrder.ts'
import { openSysfs, type Sysfs } from './sysfs.ts'

export type RaplPart = 'psys' | 'package' | 'core' | 'uncore' | 'dram'

export interface RaplZone {
  /** `cpu0`, `cores0`, `uncore0`, `dram0`, `psys`; on packages of several dies `cpu0-die1`. */
  id: string
  part: RaplPart
  /** Ids of the zones whose energy this one includes. */
  contains: string[]
  /** Folder of the zone, below the root of the file system. */
  path: string
  /** Where the counter starts again from 0, in microjoules; null when it cannot be read. */
  rangeUj: number | null
}

/**
 * Symlinks by class, and the tree they point into: a container may have either alone. Engines mask the tree in its own
 * place (https://github.com/moby/moby/security/advisories/GHSA-jq35-85cj-fj4p), so our runner mounts it in another.
 */
const places = [
  'sys/class/powercap',
  'sys/devices/virtual/powercap',
  containerPaths.powercap.slice(1),
]

/** Zones in the order psys, packages, parts of packages; sockets by their number. */
export function findRaplZones(root: string): RaplZone[] {
  const sysfs = openSysfs(root)
  const folders = new Map<string, string>()
  for (const place of places) collectFolders(sysfs, place, folders)
  const isAmd = /^vendor_id\s*:\s*(AuthenticAMD|HygonGenuine)/m.test(
    sysfs.text('proc/cpuinfo') ?? '',
  )
  const zones = new Map<string, FoundZone>()
  // MSR zones (`intel-rapl:`) first: the MMIO interface repeats packages that the MSRs have counted.
  for (const [name, path] of [...folders].sort(byInterface)) {
    const zone = identify(sysfs, folders, { name, path })
    // Each die of a multi-die AMD package repeats the figure of the whole package (Threadripper 1950X: 68 W twice).
    const isMirror = isAmd && zone !== null && zone.die > 0
    if (zone !== null && !isMirror && !zones.has(zone.id)) zones.set(zone.id, zone)
  }
  const found = [...zones.values()].sort(
    (a, b) => partOrder.indexOf(a.part) - partOrder.indexOf(b.part) || a.socket - b.socket,
  )
  return found.map((zone) => ({
    id: zone.id,
    part: zone.part,
    path: zone.path,
    rangeUj: sysfs.number(join(zone.path, 'max_energy_range_uj')),
    contains: found.filter((other) => isInside(other, zone, found)).map(({ id }) => id),
  }))
}

/** Whether the class lists zones whose folders are not there, as in a container that masks them. */
export function areRaplZonesHidden(root: string): boolean {
  const { list } = openSysfs(root)
  const names = list('sys/class/powercap').filter((name) => zoneName.test(name))
  return names.length > 0 && names.every((name) => list(join(places[0] ?? '', name)).length === 0)
}

const zoneName = /^intel-rapl(?:-[a-z]+)?(?::\d+)+$/
const partOrder: readonly RaplPart[] = ['psys', 'package', 'core', 'uncore', 'dram']

interface FoundZone {
  id: string
  part: RaplPart
  socket: number
  /** 0 where the package is one die. */
  die: number
  path: string
}

/** Every folder named as a zone is, at any depth, by its name; the first path wins. */
function collectFolders(sysfs: Sysfs, path: string, folders: Map<string, string>): void {
  for (const name of sysfs.list(path)) {
    if (!name.startsWith('intel-rapl')) continue
    const inside = join(path, name)
    const isZone = zoneName.test(name) && sysfs.text(join(inside, 'name')) !== null
    if (isZone && !folders.has(name)) folders.set(name, inside)
    collectFolders(sysfs, inside, folders)
  }
}

function byInterface([a]: readonly [string, string], [b]: readonly [string, string]): number {
  const [first = '', second = ''] = [a.split(':')[0], b.split(':')[0]]
  return first.length - second.length || naturalOrder(a, b)
}

/** What the zone counts, by its own name and its parent's: numbers in folder names follow no socket. Null for a zone we do not know. */
function identify(
  sysfs: Sysfs,
  folders: ReadonlyMap<string, string>,
  { name: folder, path }: { name: string; path: string },
): FoundZone | null {
  const name = sysfs.text(join(path, 'name')) ?? ''
  const psys = /^psys(?:-(\d+))?$/.exec(name)
  if (psys !== null) {
    return { id: name, part: 'psys', socket: Number(psys[1] ?? 0), die: 0, path }
  }
  const parentPath = folders.get(folder.slice(0, folder.lastIndexOf(':')))
  const parentName = parentPath === undefined ? '' : (sysfs.text(join(parentPath, 'name')) ?? '')
  const part = subzoneParts.find((known) => known === name)
  const owner = /^package-(\d+)(?:-die-(\d+))?$/.exec(part === undefined ? name : parentName)
  if (owner === null) return null
  const suffix = owner[2] === undefined ? '' : `-die${owner[2]}`
  return {
    id: `${idPrefix[part ?? 'package']}${owner[1]}${suffix}`,
    part: part ?? 'package',
    socket: Number(owner[1]),
    die: Number(owner[2] ?? 0),
    path,
  }
}

const subzoneParts = ['core', 'uncore', 'dram'] as const
const idPrefix = { package: 'cpu', core: 'cores', uncore: 'uncore', dram: 'dram' } as const

/**
 * A package includes its cores and uncore; DRAM stands beside it. The platform is measured where power enters it, before all
 * of them (Intel SDM volume 3B, "Platform Domain"). One psys zone is that of the master package and stands for all sockets:
 * https://git.kernel.org/torvalds/c/f1e8d7560d3051b38f73a0cf6acc1b0bf5305ad9
 */
function isInside(inner: FoundZone, outer: FoundZone, all: readonly FoundZone[]): boolean {
  const isOneSocket = inner.socket === outer.socket
  switch (outer.part) {
    case 'psys': {
      const isAlone = all.filter(({ part }) => part === 'psys').length === 1
      return inner.part !== 'psys' && (isAlone || isOneSocket)
    }
    case 'package': {
      const isOnDie = inner.part === 'core' || inner.part === 'uncore'
      return isOnDie && isOneSocket && inner.die === outer.die
    }
    case 'core':
    case 'uncore':
    case 'dram':
      return false
  }
}
