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
  const done: string[] = []
  const causes: string[] = []
  const stuck = new Set<string>()
  // Where several have limited a board, what one found there is what the one before it had set.
  for (const left of await findLeftLimits(options.cacheDir)) {
    const { path, pid, device, isInForce } = left
    if (stuck.has(device.uuid)) continue
    const stays = isInForce ? await putBack(left, options) : []
    causes.push(...stays)
    if (stays.length > 0) stuck.add(device.uuid)
    else await removeLimits(path)
    if (isInForce && stays.length === 0) done.push(`${describeLimits(device)} (process ${pid})`)
  }
  return [
    ...(done.length === 0 ? [] : [warn('GPU_LIMITS_PUT_BACK', { limits: done.join('; ') })]),
    ...(causes.length === 0 ? [] : [warn('GPU_LIMITS_LEFT', { causes: causes.join('; ') })]),
  ]
}

/** Why it could not. */
async function putBack(
  { device }: LeftBehind,
  { devices: own, ctx, sources }: PutBackOptions,
): Promise<string[]> {
  const name = `gpu-${device.uuid}`
  const since = ctx.clock.wallDate().toISOString()
  const holder = { pid: process.pid, doing: 'putting limits back', since }
  const others = own.includes(name) ? [] : [name]
  const locked = await lockDevices(others, lockDirectory(ctx.env), holder)
  if (locked.status === 'taken') return [`${device.uuid}: another study measures it`]
  try {
    const all = sources ?? (await loadEnergySources())
    const known = all.find((source) => source.name === device.source)
    return (await known?.putBack?.(device, ctx)) ?? []
  } finally {
    const locks = locked.status === 'held' ? locked.locks : []
    for (const lock of locks) await lock[Symbol.asyncDispose]()
  }
}
