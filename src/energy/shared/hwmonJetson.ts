/** NVIDIA Jetson: the supply rails that INA3221 monitors measure, by their labels. Which rails there are varies by board. */

import { join } from 'node:path'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { HwmonChip } from './hwmonChips.ts'
import type { HwmonInput, HwmonSensor } from './hwmonSensors.ts'
import type { Sysfs } from './sysfs.ts'

/** The rail that feeds the module contains the others. Boards without one (AGX) have their rails side by side. */
export function findJetsonRails(sysfs: Sysfs, chips: readonly HwmonChip[]): HwmonSensor[] {
  const rails = [
    ...chips.filter(({ name }) => name === 'ina3221').flatMap((chip) => channelsOf(sysfs, chip)),
    ...oldRails(sysfs),
  ].filter(({ label }) => label !== '' && label !== 'NC')
  return rails.map(({ label, input }) => {
    const isTotal = totalRail.test(label)
    return {
      label: `INA3221 rail ${label}`,
      input,
      domain: {
        id: label,
        scope: isTotal ? 'module' : scopeOf(label),
        deviceId: null,
        contains: isTotal
          ? rails.map((other) => other.label).filter((other) => !totalRail.test(other))
          : [],
        updatePeriodMs: null,
        gainUncertainty: assumedUncertainty,
      },
    }
  })
}

/** https://docs.nvidia.com/jetson/archives/r35.6.0/DeveloperGuide/SD/PlatformPowerAndPerformance.html */
const totalRail = /^(VDD_IN|POM_5V_IN)$/
/**
 * Our assumption: an amplifier of 0.25 % (TI SBOS576), shunts whose tolerance nobody states, and the least step of the
 * current, which counts at low load.
 */
const assumedUncertainty = 0.03

function scopeOf(label: string): EnergyDomain['scope'] {
  if (/CPU/.test(label)) return 'package'
  return /DDR|VDDQ/.test(label) ? 'dram' : 'part'
}

interface Rail {
  label: string
  input: HwmonInput
}

/** Three channels of voltage and current; the fourth is a sum that the chip makes for its alarms. */
function channelsOf(sysfs: Sysfs, chip: HwmonChip): Rail[] {
  return [1, 2, 3].flatMap((number) => {
    const [labelPath, voltsPath, ampsPath] = [
      chip.attribute(`in${number}_label`),
      chip.attribute(`in${number}_input`),
      chip.attribute(`curr${number}_input`),
    ]
    if (labelPath === null || voltsPath === null || ampsPath === null) return []
    return [
      {
        label: sysfs.text(labelPath) ?? '',
        input: { kind: 'millivolts-milliamps', voltsPath, ampsPath },
      },
    ]
  })
}

/** JetPack 4 has a driver of its own, which multiplies itself. */
function oldRails(sysfs: Sysfs): Rail[] {
  const folder = 'sys/bus/i2c/drivers/ina3221x'
  return sysfs.list(folder).flatMap((device) =>
    sysfs
      .list(join(folder, device))
      .filter((name) => name.startsWith('iio:device'))
      .flatMap((name) =>
        [0, 1, 2].map((number): Rail => {
          const path = join(folder, device, name)
          return {
            label: sysfs.text(join(path, `rail_name_${number}`)) ?? '',
            input: { kind: 'milliwatts', path: join(path, `in_power${number}_input`) },
          }
        }),
      ),
  )
}
