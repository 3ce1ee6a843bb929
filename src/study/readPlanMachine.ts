/** What the machine that plans has for runs: memory, accelerators, and room for results. */

import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readHost } from '../core/host.ts'
import type { DeviceFacts, EnergyContext, EnergySource } from '../energy/energySource.ts'
import type { PlanMachine } from '../store/planSummary.ts'

/** Asks the energy sources that know their devices; opens none that has to be given options. */
export async function readPlanMachine(
  resultsDir: string,
  sources: readonly EnergySource<unknown>[],
  ctx: EnergyContext,
): Promise<PlanMachine> {
  const host = readHost(ctx.root)
  return {
    usableCores: host.usableCores,
    totalMemoryBytes: host.totalMemoryBytes,
    availableMemoryBytes: host.effectiveAvailableBytes,
    gpus: (await findDevices(sources, ctx)).map(({ name, memoryBytes, powerLimitW }) => ({
      name,
      memoryBytes,
      powerLimitW,
    })),
    resultsDir,
    freeDiskBytes: await freeBytesAt(resolve(resultsDir)),
  }
}

async function findDevices(
  sources: readonly EnergySource<unknown>[],
  ctx: EnergyContext,
): Promise<DeviceFacts[]> {
  const found = await Promise.all(
    sources
      .filter(({ kind }) => kind === 'measurement')
      .map(async (source) => {
        if ((await source.probe(ctx)).status !== 'available') return []
        // One that is there and cannot be opened is the worker's to report.
        const meter = await source.open(source.options.parse({}), ctx).catch(() => null)
        if (meter === null) return []
        await using open = meter
        return open.devices?.() ?? []
      }),
  )
  // Two sources can know one board.
  return [...new Map(found.flat().map((device) => [device.uuid, device])).values()]
}

/** In the nearest directory above that there is; null when the file system does not say. */
async function freeBytesAt(path: string): Promise<number | null> {
  const facts = await statfs(path).catch(() => null)
  if (facts !== null) return facts.bavail * facts.bsize
  return path === dirname(path) ? null : freeBytesAt(dirname(path))
}
