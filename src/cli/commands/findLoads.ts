/** Which loads `llem calibrate` makes: one of the CPU, and one of each device whose source can load it. */

import type { Clock } from '../../core/clock.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { readHost } from '../../core/host.ts'
import type { EnergyMeter, SwitchedLoad } from '../../energy/energySource.ts'
import { startCpuLoad } from '../../energy/shared/calibration/startCpuLoad.ts'

/** A load, and the domains that show it. */
export interface LoadChoice {
  name: string
  domains: EnergyDomain[]
  /** A string says why it cannot be made. */
  open(): Promise<SwitchedLoad | string>
}

interface FoundLoads {
  loads: LoadChoice[]
  others: { domain: EnergyDomain; reason: string }[]
}

export function findLoads(meters: readonly EnergyMeter[], clock: Clock): FoundLoads {
  const loads = [...cpuLoad(meters, clock), ...meters.flatMap(deviceLoads)]
  const reached = new Set(loads.flatMap(({ domains }) => domains))
  const others = meters
    .flatMap(({ domains }) => domains)
    .filter((domain) => !reached.has(domain))
    .map((domain) => ({ domain, reason: reasonOf(domain) }))
  return { loads, others }
}

function cpuLoad(meters: readonly EnergyMeter[], clock: Clock): LoadChoice[] {
  const own = meters.filter((meter) => meter.domains.some(showsCpu))
  const domains = own.flatMap((meter) => meter.domains.filter(showsCpu))
  if (domains.length === 0) return []
  // One core is left for reading.
  const cores = Math.max(1, readHost('/').usableCores - 1)
  const read = () => own.flatMap((meter) => meter.read())
  return [{ name: 'cpu', domains, open: async () => startCpuLoad({ cores, clock, read }) }]
}

/** What a load of the CPU shows in, and is measured: a model needs no calibration. */
const cpuScopes: ReadonlySet<EnergyDomain['scope']> = new Set<EnergyDomain['scope']>([
  'package',
  'core',
  'system',
  'chassis',
  'wall',
])
const showsCpu = ({ scope, method, isSynthetic }: EnergyDomain): boolean =>
  cpuScopes.has(scope) && method !== 'estimate' && !isSynthetic

function deviceLoads(meter: EnergyMeter): LoadChoice[] {
  if (meter.openLoad === undefined) return []
  const devices = meter.devices?.() ?? []
  return devices.flatMap(({ id, uuid }) => {
    const domains = meter.domains.filter(
      ({ deviceId, scope }) => deviceId === uuid && scope !== 'memory',
    )
    const open = async () => (await meter.openLoad?.(id)) ?? 'its source cannot load it'
    return domains.length === 0 ? [] : [{ name: id, domains, open }]
  })
}

const reasonOf = ({ scope }: EnergyDomain): string =>
  scope === 'memory' || scope === 'dram'
    ? 'the loads of llem compute, and leave memory alone'
    : 'it needs a load that begins and ends on the device within a millisecond, and llem has those of CPUs and, through libnvidia-ml and libcuda, of NVIDIA GPUs alone'
