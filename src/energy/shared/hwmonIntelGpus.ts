/** Intel GPUs: the energy counters of the i915 and xe drivers. */

import { join } from 'node:path'
import type { HwmonChip } from './hwmonChips.ts'
import type { HwmonSensor } from './hwmonSensors.ts'
import type { Sysfs } from './sysfs.ts'

/** In PCI order. GPUs inside a CPU have no such counter: rapl's uncore is theirs. */
export function findIntelGpus(sysfs: Sysfs, chips: readonly HwmonChip[]): HwmonSensor[] {
  return chips
    .filter(({ name }) => name === 'i915' || name === 'xe')
    .map((chip) => ({
      chip,
      address: sysfs.pciAddress(join(chip.path, 'device')),
      counters: countersOf(sysfs, chip),
    }))
    .filter(({ counters }) => counters.card !== null || counters.chip !== null)
    .sort((a, b) => ((a.address ?? '') < (b.address ?? '') ? -1 : 1))
    .flatMap(({ chip, address, counters }, i) =>
      sensorsOf(counters, { chip, address, id: `intelgpu${i}` }),
    )
}

interface Counters {
  /** Of the whole card; null when there is none. */
  card: string | null
  /** Of the chip alone; null when there is none. */
  chip: string | null
}

/**
 * xe names its counters (`card`, `pkg`), i915 has one of the whole device.
 * https://docs.kernel.org/admin-guide/abi-testing.html#abi-file-testing-sysfs-driver-intel-xe-hwmon
 */
function countersOf(sysfs: Sysfs, chip: HwmonChip): Counters {
  const inputs = chip.attributes.flatMap((attribute) => {
    const number = /^energy(\d+)_input$/.exec(attribute)?.[1]
    const path = chip.attribute(attribute)
    if (number === undefined || path === null) return []
    const labelPath = chip.attribute(`energy${number}_label`)
    const label = labelPath === null ? null : sysfs.text(labelPath)
    return [{ path, label: label ?? (number === '1' ? 'card' : 'pkg') }]
  })
  const pathOf = (label: string): string | null =>
    inputs.find((input) => input.label === label)?.path ?? null
  return { card: pathOf('card'), chip: pathOf('pkg') }
}

/** No maker's figure and no study that we know. */
const assumedUncertainty = 0.05

function sensorsOf(
  { card, chip: chipPath }: Counters,
  { chip, address, id }: { chip: HwmonChip; address: string | null; id: string },
): HwmonSensor[] {
  const sensor = (
    path: string,
    domain: Pick<HwmonSensor['domain'], 'id' | 'scope' | 'contains'>,
  ) => ({
    label: `${chip.name} ${domain.scope === 'board' ? 'card' : 'chip without its board'}`,
    input: { kind: 'microjoules', path } as const,
    domain: {
      ...domain,
      deviceId: address,
      updatePeriodMs: null,
      gainUncertainty: assumedUncertainty,
    },
  })
  const chipId = card === null ? id : `${id}-chip`
  return [
    ...(card === null
      ? []
      : [sensor(card, { id, scope: 'board', contains: chipPath === null ? [] : [chipId] })]),
    ...(chipPath === null ? [] : [sensor(chipPath, { id: chipId, scope: 'part', contains: [] })]),
  ]
}
