/** Source: power and energy sensors of the kernel's hardware monitoring that no other source reads, known by their labels. */

import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { warn } from '../core/warnings.ts'
import type { EnergyContext, EnergyReading, EnergySource } from './energySource.ts'
import { findHwmonChips, type HwmonChip } from './shared/hwmonChips.ts'
import { findIntelGpus } from './shared/hwmonIntelGpus.ts'
import { findJetsonRails } from './shared/hwmonJetson.ts'
import { findPowerMeters } from './shared/hwmonPowerMeters.ts'
import {
  type HwmonSensor,
  type OpenedHwmon,
  openHwmonSensor,
  pathsOf,
} from './shared/hwmonSensors.ts'
import { explainMissingSysfs, openSysfs, type Sysfs } from './shared/sysfs.ts'

const options = z.strictObject({})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'hwmon',
  title: 'Board sensors',
  docs: 'Reads the power sensors of NVIDIA Grace modules (module, socket, CPU, SysIO), the energy counters of Intel GPUs, the supply rails of NVIDIA Jetson and the ACPI power meter of a chassis, each known by its label. Other sensors of the kernel are left alone: what they measure is not known. Needs no rights on most systems.',
  options,
  kind: 'measurement',
  async probe({ clock, root }) {
    const { sysfs, chips, sensors } = findSensors(root)
    const opened = await openAll(sensors, { clock, root })
    await closeAll(opened)
    const readable = opened.filter(({ cause }) => cause === null)
    if (readable.length === 0) {
      return { status: 'unavailable', ...explain(sysfs, { chips, sensors, opened }) }
    }
    return { status: 'available', detail: readable.map(({ domain }) => domain.id).join(', ') }
  },
  async open(_options, { clock, root }) {
    const { sysfs, chips, sensors } = findSensors(root)
    const opened = await openAll(sensors, { clock, root })
    if (opened.every(({ cause }) => cause !== null)) {
      await closeAll(opened)
      const why = explain(sysfs, { chips, sensors, opened })
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'hwmon', ...why })
    }
    return {
      domains: opened.map(({ domain }) => domain),
      readsInBackground: sensors.some(({ isSlow }) => isSlow === true),
      read: () =>
        opened.map(({ domain, read }): EnergyReading => {
          const beforeMs = clock.nowMs()
          const found = read()
          return { domain: domain.id, atMs: (beforeMs + clock.nowMs()) / 2, ...found }
        }),
      warnings: () =>
        opened.flatMap(({ domain, cause }) =>
          cause === null ? [] : [warn('ENERGY_UNKNOWN', { domain: domain.id, cause })],
        ),
      [Symbol.asyncDispose]: () => closeAll(opened),
    }
  },
}

const openAll = (
  sensors: readonly HwmonSensor[],
  world: Pick<EnergyContext, 'clock' | 'root'>,
): Promise<OpenedHwmon[]> => Promise.all(sensors.map((sensor) => openHwmonSensor(world, sensor)))

async function closeAll(opened: readonly OpenedHwmon[]): Promise<void> {
  await Promise.all(opened.map((one) => one.close()))
}

function findSensors(root: string) {
  const sysfs = openSysfs(root)
  const chips = findHwmonChips(sysfs)
  const sensors = [
    ...findPowerMeters(sysfs, chips),
    ...findIntelGpus(sysfs, chips),
    ...findJetsonRails(sysfs, chips),
  ]
  return { sysfs, chips, sensors }
}

interface Found {
  chips: readonly HwmonChip[]
  sensors: readonly HwmonSensor[]
  opened: readonly OpenedHwmon[]
}

/** Why no sensor can be read, and the command that changes it. */
function explain(sysfs: Sysfs, { chips, sensors, opened }: Found) {
  if (sensors.length > 0) {
    const paths = sensors.flatMap(({ input }) => pathsOf(input)).map((path) => `/${path}`)
    return {
      reason: opened.map(({ domain, cause }) => `${domain.id}: ${cause}`).join('; '),
      fix: `sudo chmod a+r ${paths.join(' ')}`,
    }
  }
  // NVIDIA's JEDEC number and the chip's, as the firmware states them (Arm SMCCC, SOC_ID).
  if (sysfs.text('sys/devices/soc0/soc_id') === 'jep106:036b:0241') {
    return {
      reason: 'the power meters of Grace are not there: they come with the module acpi_power_meter',
      fix: 'sudo modprobe acpi_power_meter',
    }
  }
  const missing = explainMissingSysfs(sysfs)
  if (missing !== null) return missing
  const names = [...new Set(chips.map(({ name }) => name))].filter((name) => name !== '')
  const list = names.length === 0 ? 'there are no sensor chips' : `none of ${names.join(', ')}`
  const reason =
    names.length === 0 ? list : `${list} is known to measure the power of a device or machine`
  return { reason, fix: null }
}
