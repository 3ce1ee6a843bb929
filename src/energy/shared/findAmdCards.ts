/** Finds the AMD GPUs of a machine among its DRM cards, with the sensors that each die has. */

import { join } from 'node:path'
import { formatPciAddress } from './pciAddress.ts'
import { openSysfs, type Sysfs } from './sysfs.ts'

export interface AmdCard {
  /** `0000:c1:00.0` */
  busId: string
  /** Product name where the card states it, else the chip that we know, else its number. */
  name: string
  /** `GPU-` and the unique id, as ROCm names the device; null where the card has none. */
  uuid: string | null
  /** Folder of the PCI device, below the root. */
  path: string
  /** Folder of its hwmon sensors, below the root; null when there is none. */
  hwmonPath: string | null
  /** An energy counter in microjoules, below the root; null when there is none. */
  energyPath: string | null
  /** Power in microwatts, below the root; null when this die has none or only ever answers 0. */
  powerPath: string | null
  /** A CPU with a GPU inside, whose sensor measures the whole package. */
  isApu: boolean
  /** A CPU and GPU package for servers (MI300A): its sensor measures both, and there is no other. */
  isModule: boolean
  /** Address of the die whose sensor measures this one too; null where there is none. */
  measuredBy: string | null
}

/** In the order of their PCI addresses. Partitions of one device, which have no address of their own, are left out. */
export function findAmdCards(root: string): AmdCard[] {
  const sysfs = openSysfs(root)
  const apus = findApus(sysfs)
  const cards = sysfs
    .list('sys/class/drm')
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => join('sys/class/drm', name, 'device'))
    .filter((path) => sysfs.text(join(path, 'vendor')) === amdVendor)
    .flatMap((path) => {
      const busId = sysfs.pciAddress(path)
      return busId === null
        ? []
        : [describeCard(sysfs, { path, busId, isApuNode: apus.has(busId) })]
    })
    .sort((a, b) => (a.busId < b.busId ? -1 : 1))
  return cards.map(({ code, ...card }, i) => ({ ...card, measuredBy: primaryOf(cards, i, code) }))
}

const amdVendor = '0x1002'
/** https://pci-ids.ucw.cz/read/PC/1002 */
const chips = new Map([
  ['0x738c', 'AMD Instinct MI100'],
  ['0x7408', 'AMD Instinct MI250X'],
  ['0x740c', 'AMD Instinct MI250X/MI250'],
  ['0x740f', 'AMD Instinct MI210'],
  ['0x74a0', 'AMD Instinct MI300A'],
  ['0x74a1', 'AMD Instinct MI300X'],
  ['0x74a5', 'AMD Instinct MI325X'],
])
/** MI250 and MI250X: two dies on one card. */
const twoDieChips: readonly string[] = ['0x7408', '0x740c']
const moduleChip = '0x74a0'

type FoundCard = Omit<AmdCard, 'measuredBy'> & { code: string }

function describeCard(
  sysfs: Sysfs,
  { path, busId, isApuNode }: { path: string; busId: string; isApuNode: boolean },
): FoundCard {
  const code = sysfs.text(join(path, 'device')) ?? ''
  const product = sysfs.text(join(path, 'product_name'))
  const uniqueId = sysfs.text(join(path, 'unique_id'))
  const hwmon = sysfs.list(join(path, 'hwmon')).find((name) => name.startsWith('hwmon'))
  const hwmonPath = hwmon === undefined ? null : join(path, 'hwmon', hwmon)
  const isModule = code === moduleChip
  return {
    code,
    busId,
    name: product || chips.get(code) || `AMD GPU ${code}`,
    uuid: uniqueId ? `GPU-${uniqueId}` : null,
    path,
    hwmonPath,
    energyPath: workingSensor(sysfs, hwmonPath, ['energy1_input']),
    // Some chips have the average alone, some the input alone, some both with a dead average: the first that is not 0.
    powerPath: workingSensor(sysfs, hwmonPath, ['power1_average', 'power1_input']),
    isApu: !isModule && (isApuNode || hasApuMetrics(sysfs, path)),
    isModule,
  }
}

/** The driver answers 0 for the second die of a card (aldebaran_ppt.c: valid power is only on the primary die). */
function workingSensor(
  sysfs: Sysfs,
  hwmonPath: string | null,
  names: readonly string[],
): string | null {
  if (hwmonPath === null) return null
  const present = names.filter((name) => sysfs.text(join(hwmonPath, name)) !== null)
  const working = present.find((name) => sysfs.number(join(hwmonPath, name)) !== 0)
  return working === undefined ? null : join(hwmonPath, working)
}

/** metrics_table_header: size in two bytes, then the format: 2 is that of APUs. kgd_pp_interface.h */
function hasApuMetrics(sysfs: Sysfs, path: string): boolean {
  return sysfs.bytes(join(path, 'gpu_metrics'))?.[2] === 2
}

/** Addresses of the nodes that have both CPU cores and compute units. */
function findApus(sysfs: Sysfs): Set<string> {
  return new Set(
    kfdNodes(sysfs)
      .filter(({ cpuCores }) => cpuCores > 0)
      .map(({ busId }) => busId),
  )
}

export interface KfdNode {
  busId: string
  cpuCores: number
}

/** The GPUs as ROCm numbers them: nodes of the kernel's compute topology that have compute units. */
export function kfdNodes({ list, text }: Sysfs): KfdNode[] {
  const folder = 'sys/class/kfd/kfd/topology/nodes'
  return list(folder).flatMap((name) => {
    const properties = new Map(
      (text(join(folder, name, 'properties')) ?? '').split('\n').map((line) => {
        const [key = '', value = '0'] = line.split(' ')
        return [key, Number(value)]
      }),
    )
    if ((properties.get('simd_count') ?? 0) === 0) return []
    const busId = formatPciAddress(
      properties.get('domain') ?? 0,
      properties.get('location_id') ?? 0,
    )
    return [{ busId, cpuCores: properties.get('cpu_cores_count') ?? 0 }]
  })
}

/** The dies of a card follow each other in PCI order, the one with the sensor first. */
function primaryOf(cards: readonly FoundCard[], index: number, code: string): string | null {
  const card = cards[index]
  const before = cards[index - 1]
  const hasOwn = card?.energyPath !== null || card.powerPath !== null
  const isSecond =
    !hasOwn && twoDieChips.includes(code) && before?.code === code && before.powerPath !== null
  return isSecond ? before.busId : null
}
