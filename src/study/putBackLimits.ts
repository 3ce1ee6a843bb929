/** Puts back the limits of boards that a killed host has left behind, before anything is measured under them. */

import { describeLimits, type LeftLimits } from '../core/leftLimits.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { EnergyContext, EnergySource, PutBack } from '../energy/energySource.ts'
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
  const { left, unread } = await findLeftLimits(options.cacheDir)
  const done: string[] = []
  const causes: string[] = []
  const stuck = new Set<string>()
  // Where several have limited a board, what one found there is what the one before it had set.
  for (const { path, pid, device, state } of left) {
    if (state === 'unseen') stuck.add(device.uuid)
    if (stuck.has(device.uuid)) continue
    const found = state === 'left' ? await putBack(device, options) : nothing
    if (found.done !== null) done.push(`${describeLimits(found.done)} (process ${pid})`)
    causes.push(...found.causes)
    if (found.causes.length > 0) stuck.add(device.uuid)
    else causes.push(...(await removeLimits(path)))
  }
  return [
    ...(done.length === 0 ? [] : [warn('GPU_LIMITS_PUT_BACK', { limits: done.join('; ') })]),
    ...(causes.length === 0 ? [] : [warn('GPU_LIMITS_LEFT', { causes: causes.join('; ') })]),
    ...(unread.length === 0 ? [] : [warn('GPU_LIMITS_UNREAD', { causes: unread.join('; ') })]),
    ...unseenWarnings(left, options),
  ]
}

/** Of boards of this study only: those who measure the others will be told. */
function unseenWarnings(left: readonly LeftBehind[], { devices }: PutBackOptions): Warning[] {
  return left
    .filter(({ state, device }) => state === 'unseen' && devices.includes(lockOf(device)))
    .map(({ path, pid, device }) =>
      warn('GPU_LIMITS_UNSEEN', { pid, path, limits: describeLimits(device) }),
    )
}

const lockOf = ({ uuid }: LeftLimits): string => `gpu-${uuid}`

const nothing: PutBack = { done: null, causes: [] }

async function putBack(
  device: LeftLimits,
  { devices: own, ctx, sources }: PutBackOptions,
): Promise<PutBack> {
  const name = lockOf(device)
  const since = ctx.clock.wallDate().toISOString()
  const holder = { pid: process.pid, doing: 'putting limits back', since }
  const others = own.includes(name) ? [] : [name]
  const locked = await lockDevices(others, lockDirectory(ctx.env), holder)
  if (locked.status === 'taken') return refused(device, 'another study measures it')
  try {
    const all = sources ?? (await loadEnergySources())
    const known = all.find((source) => source.name === device.source)
    if (known?.putBack !== undefined) return await known.putBack(device, ctx)
    return refused(device, `no energy source ${device.source} that can put limits back`)
  } finally {
    const locks = locked.status === 'held' ? locked.locks : []
    for (const lock of locks) await lock[Symbol.asyncDispose]()
  }
}

const refused = ({ uuid }: LeftLimits, cause: string): PutBack => ({
  done: null,
  causes: [`${uuid}: ${cause}`],
})
