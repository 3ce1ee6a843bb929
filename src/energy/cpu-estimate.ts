/** Source without a sensor: what the CPU packages should use at the host's utilization, from their thermal design power. A model, never a measurement. */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { AppError } from '../core/errors.ts'
import { readHost } from '../core/host.ts'
import { formatNumber, msToSeconds } from '../core/units.ts'
import { warn } from '../core/warnings.ts'
import type { EnergySource } from './energySource.ts'
import { findCpuTdp } from './shared/findCpuTdp.ts'

/** Share of the TDP used when nothing runs: the floor of CodeCarbon's cpu_load mode (codecarbon/external/hardware.py). */
const idleShare = 0.1
/** For a model that is not in the table, as in CodeCarbon (codecarbon/core/cpu.py, DEFAULT_POWER_PER_CORE). */
const assumedWattsPerThread = 4
/** The kernel's USER_HZ, the unit of /proc/stat: 100 on every architecture that Node runs on. proc_stat(5) */
const ticksPerSecond = 100
/**
 * CodeCarbon's published runs of load against RAPL (data/hardware/cpu_load_profiling) end, at full load, at 117 W of 170 W
 * of TDP (2 x Xeon E5-2620 v3) and at 46 W of 90 W (EPYC 8024P): the model is off by half of what it says.
 */
const gainUncertainty = 0.5

const options = z.strictObject({
  tdp_watts: z
    .number()
    .positive()
    .optional()
    .describe(
      'thermal design power of all CPU packages of this machine together, from the data sheet; in a virtual machine the share that belongs to it; absent: from a table of known models',
    ),
})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'cpu-estimate',
  title: 'CPU estimate',
  docs: "Estimates the energy of the CPU packages from the host's utilization (/proc/stat) and their thermal design power: idle power plus a linear share of the rest (Fan, Weber and Barroso, ISCA 2007). It covers the whole host, whatever cores or quota this process may use. An estimate: off by half and more, fit for a first idea and not for a comparison.",
  options,
  kind: 'estimate',
  async probe({ root }) {
    const machine = readMachine(root)
    if (machine === null) return unreadable
    return { status: 'available', detail: describe(machine, budgetOf(machine, undefined)) }
  },
  async open({ tdp_watts }, { clock, root }) {
    const machine = readMachine(root)
    if (machine === null) {
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'cpu-estimate', ...unreadable })
    }
    const budget = budgetOf(machine, tdp_watts)
    const fd = openSync(join(root, 'proc/stat'), 'r')
    const buffer = Buffer.alloc(512)
    const startMs = clock.nowMs()
    const startTicks = readBusyTicks(fd, buffer) ?? 0
    let last = { atMs: startMs, joules: 0 }
    return {
      domains: [domainOf(describe(machine, budget))],
      readsInBackground: false,
      read() {
        const beforeMs = clock.nowMs()
        const ticks = readBusyTicks(fd, buffer)
        const atMs = (beforeMs + clock.nowMs()) / 2
        const idleW = idleShare * budget.tdpW
        // Busy ticks add up, so no reading depends on how many ticks fell between two of them.
        const busyS = ((ticks ?? 0) - startTicks) / ticksPerSecond / machine.logicalCores
        const modelJ = idleW * msToSeconds(atMs - startMs) + (budget.tdpW - idleW) * busyS
        if (ticks === null) return [{ domain: 'cpu', atMs, joules: null, watts: null }]
        // The kernel counts some ticks late and several at once: no core is busier than always, what is over comes later.
        const joules = Math.min(modelJ, last.joules + budget.tdpW * msToSeconds(atMs - last.atMs))
        last = { atMs, joules }
        return [{ domain: 'cpu', atMs, joules, watts: null }]
      },
      warnings: () =>
        budget.basis === 'assumed'
          ? [warn('CPU_TDP_ASSUMED', { tdpW: budget.tdpW, cpu: machine.model })]
          : [],
      async [Symbol.asyncDispose]() {
        closeSync(fd)
      },
    }
  },
}

const unreadable = {
  status: 'unavailable',
  reason: 'there is no /proc/stat to read the utilization from: this is not Linux',
  fix: null,
} as const

interface Machine {
  model: string
  logicalCores: number
  sockets: number
  isVirtual: boolean
}

/** Null where the system does not tell its utilization. */
function readMachine(root: string): Machine | null {
  const stat = readText(join(root, 'proc/stat'))
  if (stat === null || parseBusyTicks(stat) === null) return null
  const cpuinfo = readText(join(root, 'proc/cpuinfo')) ?? ''
  return {
    model: /^model name\s*:\s*(.+)$/m.exec(cpuinfo)?.[1]?.trim() ?? 'unknown CPU',
    logicalCores: stat.match(/^cpu\d+ /gm)?.length ?? 1,
    sockets: readHost(root).sockets ?? 1,
    // x86 guests see this CPU feature; elsewhere a virtual machine looks like a real one.
    isVirtual: /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo),
  }
}

interface Budget {
  /** Of everything this machine has, in watts. */
  tdpW: number
  basis: 'stated' | 'table' | 'assumed'
}

function budgetOf(machine: Machine, statedW: number | undefined): Budget {
  const { model, logicalCores, sockets, isVirtual } = machine
  if (statedW !== undefined) return { tdpW: statedW, basis: 'stated' }
  const known = findCpuTdp(model)
  if (known === null) return { tdpW: assumedWattsPerThread * logicalCores, basis: 'assumed' }
  // A guest has some threads of the package, and its socket count is made up by the hypervisor.
  const packages = isVirtual ? logicalCores / known.threads : sockets
  return { tdpW: known.tdpW * packages, basis: 'table' }
}

function describe({ model, logicalCores, sockets, isVirtual }: Machine, { tdpW, basis }: Budget) {
  const where = isVirtual
    ? `its share of the host by ${logicalCores} virtual CPUs, in a virtual machine that sees only its own load`
    : `${sockets} ${sockets === 1 ? 'package' : 'packages'}, ${logicalCores} threads`
  const words = { stated: 'as tdp_watts says', table: 'from the data sheet', assumed: 'assumed' }
  return `${model}: utilization of the whole host times a TDP of ${formatNumber(tdpW)} W (${words[basis]}; ${where})`
}

function domainOf(sensor: string): EnergyDomain {
  return {
    id: 'cpu',
    source: 'cpu-estimate',
    scope: 'package',
    method: 'estimate',
    isSynthetic: false,
    sensor,
    deviceId: null,
    contains: [],
    updatePeriodMs: 1000 / ticksPerSecond,
    wrapsAtJ: null,
    gainUncertainty,
  }
}

/** Null when the file could not be read this time. */
function readBusyTicks(fd: number, buffer: Buffer): number | null {
  try {
    // The first line holds the sum over all CPUs and fits in the buffer.
    return parseBusyTicks(buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)))
  } catch {
    // A failed reading is a null reading: the sampler goes on, the accounting reports it.
    return null
  }
}

/** Ticks in user, nice, system, irq and softirq. Stolen ticks (another guest's) and iowait are not ours. proc_stat(5) */
function parseBusyTicks(stat: string): number | null {
  const match = /^cpu +(\d+) (\d+) (\d+) \d+ \d+ (\d+) (\d+)/.exec(stat)
  if (match === null) return null
  return match.slice(1).reduce((sum, ticks) => sum + Number(ticks), 0)
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not this system: the caller says what is missing.
    return null
  }
}
