/** Limits the boards of a run as its configuration asks, from here: whatever becomes of the worker, they are put back. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { ExperimentParser } from '../config/experimentParser.ts'
import { AppError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import type { StudyPlan } from '../store/planFile.ts'

export interface Limited {
  /** Puts back what was there, and says what it could not. */
  restore(): string[]
}

/** Throws `GPU_LIMITS_REFUSED` and changes nothing when one of them cannot be set. */
export function limitDevices(
  { power_limit_watts, lock_clocks_mhz }: ExperimentConfig['gpu'],
  meters: readonly EnergyMeter[],
): Limited {
  if (power_limit_watts === undefined && lock_clocks_mhz === undefined) return { restore: () => [] }
  const able = meters.filter(({ limitDevices: limit }) => limit !== undefined)
  if (able.length === 0) {
    throw new AppError('GPU_LIMITS_REFUSED', {
      cause: 'no energy source of this study has boards that can be limited',
    })
  }
  const limits = { powerLimitW: power_limit_watts ?? null, clockMhz: lock_clocks_mhz ?? null }
  const undone: (() => string[])[] = []
  const restore = (): string[] => undone.splice(0).flatMap((undo) => undo())
  for (const meter of able) {
    const result = meter.limitDevices?.(limits)
    if (result?.status === 'limited') undone.push(result.restore)
    if (result?.status !== 'refused') continue
    restore()
    throw new AppError('GPU_LIMITS_REFUSED', { cause: result.cause })
  }
  return { restore }
}

/** Sets each of the limits of a study for a moment: what is out of reach, or needs a right, is known before the first run. */
export function tryLimits(
  { experiments }: StudyPlan,
  { parser }: { parser: ExperimentParser },
  { meters }: { meters: readonly EnergyMeter[] },
): void {
  const tried = new Set<string>()
  for (const { declared } of experiments) {
    const parsed = declared['gpu'] === undefined ? null : parser.parse(declared)
    if (parsed === null || !parsed.ok) continue
    const { gpu } = parsed.value.config
    const key = canonicalJson(gpu)
    if (tried.has(key)) continue
    tried.add(key)
    limitDevices(gpu, meters).restore()
  }
}
