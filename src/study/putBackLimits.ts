/** Puts back the limits of boards that a killed host has left behind, before anything is measured under them. */

import { describeLimits } from '../core/leftLimits.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { EnergyContext, EnergySource } from '../energy/energySource.ts'
import { loadEnergySources } from '../energy/registry.gen.ts'
import { removeLimits } from '../store/limitsFile.ts'
import { findLeftLimits, type LeftBehind } from './findLeftLimits.ts'
import { lockDevices, lockDirectory } from './lockDevices.ts'

export interface PutBackOptions {
  cacheDir: string
  /** Names of the devices that are locked by this study. */
  devices: readonly string[]
  ctx: EnergyContext
  sources?: readonly EnergySource<unknown>[]
}

/** What it did, for the reader of the study. A board that another study measures now is left alone. */
export async function putBackLimits(options: PutBackOptions): Promise<Warning[]> {
  const warnings: Warning[] = []
  for (const left of await findLeftLimits(options.cacheDir)) {
    if (left.isInForce) warnings.push(...(await putBack(left, options)))
    else await removeLimits(left.path)
  }
  return warnings
}

async function putBack(
  { path, pid, devices }: LeftBehind,
  { devices: own, ctx, sources }: PutBackOptions,
): Promise<Warning[]> {
  const others = devices.map(({ uuid }) => `gpu-${uuid}`).filter((name) => !own.includes(name))
  const since = ctx.clock.wallDate().toISOString()
  const holder = { pid: process.pid, doing: 'putting limits back', since }
  const locked = await lockDevices(others, lockDirectory(ctx.env), holder)
  if (locked.status === 'taken') return []
  try {
    const causes: string[] = []
    for (const device of devices) {
      const known = (sources ?? (await loadEnergySources())).find(
        ({ name }) => name === device.source,
      )
      causes.push(...((await known?.putBack?.(device, ctx)) ?? []))
    }
    if (causes.length > 0) return [warn('GPU_LIMITS_LEFT', { causes: causes.join('; ') })]
    await removeLimits(path)
    return [warn('GPU_LIMITS_PUT_BACK', { pid, limits: devices.map(describeLimits).join('; ') })]
  } finally {
    const locks = locked.status === 'held' ? locked.locks : []
    for (const lock of locks) await lock[Symbol.asyncDispose]()
  }
}
