/** Source: the RAPL energy counters of Intel and AMD CPUs, through the kernel's powercap files. */

import { join } from 'node:path'
import { z } from 'zod'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { AppError } from '../core/errors.ts'
import { microjoulesToJ } from '../core/units.ts'
import { warn } from '../core/warnings.ts'
import type { EnergyReading, EnergySource } from './energySource.ts'
import {
  areRaplZonesHidden,
  findRaplZones,
  type RaplPart,
  type RaplZone,
} from './shared/findRaplZones.ts'
import { explainMissingSysfs, openSysfs } from './shared/sysfs.ts'
import { openSysfsNumber, type SysfsNumber } from './shared/sysfsNumber.ts'

/** https://docs.kernel.org/hwmon/amd_energy.html; Intel SDM volume 3B, "RAPL Interfaces", says the same. */
const updatePeriodMs = 1
/** The coarser of the usual units: 61 uJ on Intel since Haswell (SDM volume 4, MSR_RAPL_POWER_UNIT), 15.3 uJ on AMD (amd_energy). */
const unitJ = 2 ** -14
/** Energy files are 0400 since CVE-2020-8694; the range of the counter is on some kernels too. Lasts until the next boot. */
const allowReading = 'sudo chmod a+r /sys/class/powercap/intel-rapl*:*/*energy*_uj'

const options = z.strictObject({})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'rapl',
  title: 'RAPL counters',
  docs: 'Reads the energy counters of the CPU packages, their cores and uncore, DRAM and, where the board has it, the platform (psys). Figures are for the whole socket, whoever runs on it. Needs read permission, which most systems give to root alone; virtual machines rarely have it.',
  options,
  kind: 'measurement',
  async probe({ root }) {
    const counters = openCounters(root)
    try {
      const readable = counters.filter(({ file }) => file.cause === null)
      if (readable.length === 0) return { status: 'unavailable', ...explain(root, counters) }
      const locked = counters.length - readable.length
      const ids = readable.map(({ zone }) => zone.id).join(', ')
      return {
        status: 'available',
        detail: locked === 0 ? ids : `${ids}; ${locked} more need ${allowReading}`,
      }
    } finally {
      closeCounters(counters)
    }
  },
  async open(_options, { clock, root }) {
    const counters = openCounters(root)
    if (counters.every(({ file }) => file.cause !== null)) {
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', {
        source: 'rapl',
        ...explain(root, counters),
      })
    }
    return {
      domains: counters.map(({ zone }) => domainOf(zone)),
      readsInBackground: false,
      read: () =>
        counters.map(({ zone, file }): EnergyReading => {
          const beforeMs = clock.nowMs()
          const microjoules = file.read()
          const joules = microjoules === null ? null : microjoulesToJ(microjoules)
          return { domain: zone.id, atMs: (beforeMs + clock.nowMs()) / 2, joules, watts: null }
        }),
      warnings: () =>
        counters.flatMap(({ zone, file: { cause } }) =>
          cause === null ? [] : [warn('ENERGY_UNKNOWN', { domain: zone.id, cause })],
        ),
      async [Symbol.asyncDispose]() {
        closeCounters(counters)
      },
    }
  },
}

interface Counter {
  zone: RaplZone
  file: SysfsNumber
}

const openCounters = (root: string): Counter[] =>
  findRaplZones(root).map((zone) => ({
    zone,
    file: openSysfsNumber(root, join(zone.path, 'energy_uj')),
  }))

function closeCounters(counters: readonly Counter[]): void {
  for (const { file } of counters) file.close()
}

/**
 * No maker states an accuracy. External meters agree with packages within a few percent and follow DRAM with an offset
 * (Khan et al. 2018, https://doi.org/10.1145/3177754; Desrochers et al. 2016, https://doi.org/10.1145/2989081.2989088);
 * cores and uncore cannot be checked from outside. The two figures are our assumption.
 */
const assumedUncertainty: Record<RaplPart, number> = {
  psys: 0.05,
  package: 0.05,
  core: 0.1,
  uncore: 0.1,
  dram: 0.1,
}
const scopes = {
  psys: 'system',
  package: 'package',
  core: 'core',
  uncore: 'uncore',
  dram: 'dram',
} as const

function domainOf({ id, part, path, contains, rangeUj }: RaplZone): EnergyDomain {
  return {
    id,
    source: 'rapl',
    scope: scopes[part],
    method: 'counter',
    isSynthetic: false,
    sensor: `/${join(path, 'energy_uj')}`,
    deviceId: null,
    contains,
    updatePeriodMs,
    resolutionJ: unitJ,
    wrapsAtJ: rangeUj === null ? null : microjoulesToJ(rangeUj),
    gainUncertainty: assumedUncertainty[part],
  }
}

interface Explanation {
  reason: string
  fix: string | null
}

/** Why no counter can be read, and the command that changes it. */
function explain(root: string, counters: readonly Counter[]): Explanation {
  const [first] = counters
  if (first !== undefined) {
    const reason = `${counters.map(({ zone }) => zone.id).join(', ')}: ${first.file.cause}`
    return { reason, fix: allowReading }
  }
  if (areRaplZonesHidden(root)) {
    return {
      reason: 'the container runtime hides the powercap files of the host',
      fix: 'Start the container with --security-opt systempaths=unconfined (Podman: --security-opt unmask=/sys/devices/virtual/powercap)',
    }
  }
  const sysfs = openSysfs(root)
  const missing = explainMissingSysfs(sysfs)
  if (missing !== null) return missing
  const cpuinfo = sysfs.text('proc/cpuinfo') ?? ''
  if (/^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)) {
    return {
      reason: 'this is a virtual machine and its host passes no energy counters on',
      fix: null,
    }
  }
  const isX86 = /^vendor_id\s*:\s*(GenuineIntel|AuthenticAMD|HygonGenuine)/m.test(cpuinfo)
  return {
    reason: 'the kernel offers no powercap zones',
    fix: isX86 ? 'sudo modprobe intel_rapl_msr' : null,
  }
}
