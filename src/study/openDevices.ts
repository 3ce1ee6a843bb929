/** The devices that a study measures, as the energy sources of the host tell: to be locked, cooled and looked at. */

import type { Backend } from '../backends/backend.ts'
import { loadBackends } from '../backends/registry.gen.ts'
import type { ExperimentParser } from '../config/experimentParser.ts'
import type { Experiment } from '../config/experimentSchema.ts'
import { canonicalJson } from '../core/json.ts'
import type { EnergyContext, EnergyMeter, EnergySource } from '../energy/energySource.ts'
import { loadEnergySources } from '../energy/registry.gen.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { cpuDevice } from './cpuDevice.ts'

export interface StudyDevices extends AsyncDisposable {
  /** One per physical device, the same for all users of this machine: `gpu-GPU-5e1f...`, `cpu-0a1b...`. */
  names: readonly string[]
  /** The meters that know more of their devices than joules. */
  meters: readonly EnergyMeter[]
}

export interface DeviceSearch {
  plan: StudyPlan
  parser: ExperimentParser
  ctx: EnergyContext
  backends?: readonly Backend<unknown>[]
  sources?: readonly EnergySource<unknown>[]
}

/**
 * A study measures what its energy sources read. One without sources, with made-up readings or with a backend that
 * computes nothing measures no device. What cannot be read from here is left out: the worker reports it.
 */
export async function openDevices(search: DeviceSearch): Promise<StudyDevices> {
  const { ctx, sources = await loadEnergySources() } = search
  const opened = new Map<string, EnergyMeter>()
  for (const experiment of await energyNeeds(search)) {
    for (const { name, open } of await usable(experiment, sources, ctx)) {
      // A source that is there and cannot be opened is the worker's to report.
      const meter = opened.has(name) ? null : await open().catch(() => null)
      if (meter !== null) opened.set(name, meter)
    }
  }
  const meters = [...opened.values()]
  return {
    names: [...new Set(meters.flatMap((meter) => devicesOf(meter, ctx)))].sort(),
    meters,
    async [Symbol.asyncDispose]() {
      for (const meter of meters) await meter[Symbol.asyncDispose]()
    },
  }
}

/** One experiment for each way in which the study writes its section `energy`. */
async function energyNeeds({ plan, parser, backends }: DeviceSearch): Promise<Experiment[]> {
  const idle = (backends ?? (await loadBackends())).filter(({ isIdle }) => isIdle === true)
  const idleNames = new Set(idle.map(({ name }) => name))
  const needs = new Map<string, Readonly<Record<string, unknown>>>()
  for (const { backend, declared } of plan.experiments) {
    if (!idleNames.has(backend)) needs.set(canonicalJson(declared['energy'] ?? null), declared)
  }
  return [...needs.values()].flatMap((declared) => {
    const parsed = parser.parse(declared)
    return parsed.ok ? [parsed.value] : []
  })
}

async function usable(
  { config, energyOptions }: Experiment,
  sources: readonly EnergySource<unknown>[],
  ctx: EnergyContext,
) {
  const wanted = config.energy.sources
  const chosen = sources.filter(({ name, kind }) =>
    wanted === 'auto' ? kind !== 'synthetic' : wanted.includes(name),
  )
  const found = await Promise.all(
    chosen.map(async (source) => {
      const options = source.options.parse(energyOptions[source.name] ?? {})
      return { source, options, state: await source.probe(ctx, options) }
    }),
  )
  return found
    .filter(({ state }) => state.status === 'available')
    .map(({ source, options }) => ({
      name: source.name,
      open: () => source.open(options, ctx),
    }))
}

/** What is not a device of its own is a part of the machine, which is one device. */
function devicesOf({ domains }: EnergyMeter, { root }: EnergyContext): string[] {
  return domains
    .filter(({ isSynthetic }) => !isSynthetic)
    .map(({ deviceId }) => (deviceId === null ? cpuDevice(root) : `gpu-${deviceId}`))
}
