/** Limits the boards of a run as its configuration asks, from here: whatever becomes of the worker, they are put back. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { ExperimentParser } from '../config/experimentParser.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import type { LeftLimits } from '../core/leftLimits.ts'
import { ownOwner } from '../core/processOwner.ts'
import type { DeviceLimits, EnergyMeter } from '../energy/energySource.ts'
import { removeLimits, writeLimits } from '../store/limitsFile.ts'
import type { StudyPlan } from '../store/planFile.ts'

export interface Limited {
  /** Puts back what was there, and says what it could not. */
  restore(): Promise<string[]>
}

interface LimitWorld {
  meters: readonly EnergyMeter[]
  cacheDir: string
  clock: Pick<Clock, 'nowMs'>
}

/** Throws `GPU_LIMITS_REFUSED` when one of them cannot be set, and changes nothing but what its message says. */
export async function limitDevices(
  { power_limit_watts, lock_clocks_mhz }: ExperimentConfig['gpu'],
  { meters, cacheDir, clock }: LimitWorld,
): Promise<Limited> {
  if (power_limit_watts === undefined && lock_clocks_mhz === undefined) {
    return { restore: async () => [] }
  }
  const able = meters.filter(({ limitDevices: limit }) => limit !== undefined)
  if (able.length === 0) {
    throw new AppError('GPU_LIMITS_REFUSED', {
      cause: 'no energy source of this study has boards that can be limited',
    })
  }
  const limits = { powerLimitW: power_limit_watts ?? null, clockMhz: lock_clocks_mhz ?? null }
  const paths: string[] = []
  const undone: (() => string[])[] = []
  let isLeft = false
  const restore = async (): Promise<string[]> => {
    const causes = undone.splice(0).flatMap((undo) => undo())
    isLeft ||= causes.length > 0
    if (isLeft) return causes
    for (const path of paths.splice(0)) causes.push(...(await removeLimits(path)))
    return causes
  }
  try {
    // Should we be killed, the next of us finds what to put back.
    const note = { schemaVersion: 1, owner: ownOwner(), atMs: clock.nowMs() } as const
    for (const device of able.flatMap((meter) => leftBy(meter, limits))) {
      paths.push(await writeLimits(cacheDir, { ...note, device }))
    }
    for (const meter of able) {
      const result = meter.limitDevices?.(limits)
      if (result?.status === 'limited') undone.push(result.restore)
      if (result?.status !== 'refused') continue
      isLeft ||= result.left.length > 0
      throw refused(result.cause, [...result.left, ...(await restore())])
    }
    return { restore }
  } catch (thrown) {
    await restore()
    throw thrown
  }
}

const refused = (cause: string, left: readonly string[]): AppError =>
  new AppError('GPU_LIMITS_REFUSED', {
    cause: left.length === 0 ? cause : `${cause}; not put back: ${left.join('; ')}`,
  })

/** A board that does not tell its limit is not limited either. */
function leftBy(meter: EnergyMeter, { powerLimitW: set, clockMhz }: DeviceLimits): LeftLimits[] {
  const source = meter.domains[0]?.source ?? ''
  return (meter.devices?.() ?? []).map(({ uuid, requestedPowerLimitW: before }) => ({
    source,
    uuid,
    powerLimitW: set === null || before === null ? null : { set, before },
    clockMhz,
  }))
}

/** Sets each of the limits of a study for a moment: what is out of reach, or needs a right, is known before the first run. */
export async function tryLimits(
  { experiments }: StudyPlan,
  { parser, ...world }: Omit<LimitWorld, 'meters'> & { parser: ExperimentParser },
  { meters }: Pick<LimitWorld, 'meters'>,
): Promise<void> {
  const tried = new Set<string>()
  for (const { declared } of experiments) {
    const parsed = declared['gpu'] === undefined ? null : parser.parse(declared)
    if (parsed === null || !parsed.ok) continue
    const { gpu } = parsed.value.config
    const key = canonicalJson(gpu)
    if (tried.has(key)) continue
    tried.add(key)
    const left = await (await limitDevices(gpu, { ...world, meters })).restore()
    if (left.length > 0) throw refused('they can be set, and not put back', left)
  }
}
