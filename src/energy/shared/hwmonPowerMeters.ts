/** ACPI power meters: the module, socket and rails of NVIDIA Grace by their labels; on other machines the whole chassis. */

import { join } from 'node:path'
import { percentToShare } from '../../core/units.ts'
import type { HwmonChip } from './hwmonChips.ts'
import type { HwmonSensor } from './hwmonSensors.ts'
import type { Sysfs } from './sysfs.ts'

export function findPowerMeters(sysfs: Sysfs, chips: readonly HwmonChip[]): HwmonSensor[] {
  const meters = chips
    .filter(({ name }) => name === 'power_meter')
    .flatMap((chip) => metersOf(sysfs, chip))
  const grace = meters.flatMap((meter) => {
    const [, part, socket] = graceLabel.exec(meter.label) ?? []
    return part === undefined
      ? []
      : [{ ...meter, part: part.toLowerCase(), socket: Number(socket) }]
  })
  const chassis = meters.filter(({ label }) => !graceLabel.test(label))
  return [
    ...grace.map((meter) => graceSensor(sysfs, meter, grace)),
    ...chassis.map((meter, i) => chassisSensor(meter, chassis.length === 1 ? '' : String(i))),
  ]
}

/** https://docs.nvidia.com/dccpu/grace-perf-tuning-guide/power-thermals.html */
const graceLabel = /^(Module|Grace|CPU|SysIO) Power Socket (\d+)$/

interface Meter {
  label: string
  path: string
  /** Mean over this time; null when the meter does not say. */
  averagingWindowMs: number | null
  /** 1 is what ACPI calls fully accurate; null when the meter does not say. */
  accuracy: number | null
}

function metersOf(sysfs: Sysfs, chip: HwmonChip): Meter[] {
  return chip.attributes.flatMap((attribute) => {
    const number = /^power(\d+)_average$/.exec(attribute)?.[1]
    const path = chip.attribute(attribute)
    if (number === undefined || path === null) return []
    const textOf = (suffix: string): string | null => {
      const found = chip.attribute(`power${number}_${suffix}`)
      return found === null ? null : sysfs.text(found)
    }
    // A battery's meter shows what the battery gives, not what the machine takes.
    if (textOf('is_battery') === '1') return []
    const interval = Number(textOf('average_interval') || Number.NaN)
    const percent = Number.parseFloat(textOf('accuracy') ?? '')
    return [
      {
        label: textOf('oem_info') || textOf('label') || 'ACPI power meter',
        path,
        averagingWindowMs: interval > 0 ? interval : null,
        accuracy: percent > 0 ? percentToShare(percent) : null,
      },
    ]
  })
}

/** Meters state 100 % where they mean that they do not know; then this is our assumption. */
const assumedUncertainty = 0.05

const uncertaintyOf = ({ accuracy }: Meter): number =>
  accuracy === null || accuracy >= 1 ? assumedUncertainty : 1 - accuracy

interface GraceMeter extends Meter {
  part: string
  socket: number
}

const graceParts = {
  module: { prefix: 'module', scope: 'module', contains: ['grace', 'cpu', 'sysio'] },
  grace: { prefix: 'cpu', scope: 'package', contains: ['cpu', 'sysio'] },
  cpu: { prefix: 'cores', scope: 'core', contains: [] },
  sysio: { prefix: 'uncore', scope: 'uncore', contains: [] },
} as const

const isGracePart = (part: string): part is keyof typeof graceParts => part in graceParts

function graceSensor(sysfs: Sysfs, meter: GraceMeter, all: readonly GraceMeter[]): HwmonSensor {
  const part = isGracePart(meter.part) ? meter.part : 'module'
  const { prefix, scope, contains } = graceParts[part]
  const inside: readonly string[] = contains
  return {
    label: meter.label,
    input: { kind: 'microwatts', path: meter.path },
    domain: {
      id: `${prefix}${meter.socket}`,
      scope,
      deviceId: part === 'module' ? superchipGpu(sysfs, meter.socket) : null,
      contains: all.flatMap((other) =>
        other.socket === meter.socket && inside.includes(other.part) && isGracePart(other.part)
          ? [`${graceParts[other.part].prefix}${other.socket}`]
          : [],
      ),
      updatePeriodMs: meter.averagingWindowMs,
      averagingWindowMs: meter.averagingWindowMs,
      gainUncertainty: uncertaintyOf(meter),
    },
  }
}

/**
 * UUID of the first GPU on the module of a socket, so that the driver's readings of it are known to be inside. Null without
 * one, as on a board of two Grace CPUs. GPUs of a superchip hang on the NUMA node of their socket.
 */
function superchipGpu(sysfs: Sysfs, socket: number): string | null {
  const folder = 'proc/driver/nvidia/gpus'
  const found = sysfs.list(folder).flatMap((address) => {
    const facts = sysfs.text(join(folder, address, 'information')) ?? ''
    const isSuperchip = /^Model:.*\bG[BH]\d{3}\b/m.test(facts)
    const node = sysfs.number(join('sys/bus/pci/devices', address, 'numa_node'))
    const uuid = /^GPU UUID:\s*(GPU-\S+)/m.exec(facts)?.[1]
    return isSuperchip && node === socket && uuid !== undefined ? [uuid] : []
  })
  return found[0] ?? null
}

function chassisSensor(meter: Meter, suffix: string): HwmonSensor {
  return {
    label: meter.label,
    input: { kind: 'microwatts', path: meter.path },
    // On many servers ACPI asks the board controller, over IPMI.
    isSlow: true,
    domain: {
      id: `chassis${suffix}`,
      scope: 'chassis',
      deviceId: null,
      contains: [],
      updatePeriodMs: meter.averagingWindowMs,
      averagingWindowMs: meter.averagingWindowMs,
      gainUncertainty: uncertaintyOf(meter),
    },
  }
}
