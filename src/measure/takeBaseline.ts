/** Idle power before the engine is there: measured, taken from an earlier run, or taken and looked at. */

import { dirname } from 'node:path'
import type { WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { errorCodeOf, readJson, writeJson } from '../core/files.ts'
import { hashJson } from '../core/hash.ts'
import { makeDirectory } from '../core/makeDirectory.ts'
import { msToSeconds, secondsToMs } from '../core/units.ts'
import {
  type BaselineFile,
  type BaselineSummary,
  baselineFileSchema,
  baselinePath,
} from '../store/baselineFile.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import type { Window } from '../store/resultFile.ts'
import { domainSeries } from './energy/domainSeries.ts'
import { type IdlePower, idlePower } from './energy/idlePower.ts'
import { energyLimits } from './energyLimits.ts'
import type { PhaseTimer } from './phaseTimer.ts'
import type { Sampler } from './sampler/startSampler.ts'

export interface Baseline {
  /** Where this run measured it. */
  idle: Window | null
  /** Power by domain where an earlier run measured it. */
  keptIdle: ReadonlyMap<string, IdlePower> | null
  summary: BaselineSummary | null
}

export interface BaselineDeps {
  ctx: WorkerContext
  phases: PhaseTimer
  sampler: Sampler
}

/** Nothing when the baseline is off or there is no sensor to read. */
export async function takeBaseline(file: ExperimentFile, deps: BaselineDeps): Promise<Baseline> {
  const { enabled, strategy, duration_seconds, max_age_seconds } = file.config.baseline
  const { sampler, ctx } = deps
  if (!enabled || sampler.domains.length === 0) {
    return { idle: null, keptIdle: null, summary: null }
  }
  const path = baselinePath(ctx.cacheDir, baselineKey(file, sampler))
  const found = strategy === 'fresh' ? null : await readKept(path, max_age_seconds, deps)
  const kept = found?.powers ?? null
  const durationMs = secondsToMs(duration_seconds)
  const lookMs = Math.min(energyLimits.baselineLookMs, durationMs)
  const driftShare =
    kept === null || strategy !== 'validated' ? null : await look(kept, lookMs, deps)
  const isDrifted = driftShare !== null && driftShare > energyLimits.baselineDriftShare
  if (found !== null && !isDrifted) {
    const idle = strategy === 'validated' ? 'validated' : 'cached'
    const { measuredAt } = found.file
    return { idle: null, keptIdle: kept, summary: { strategy, idle, measuredAt, driftShare } }
  }
  const measuredAt = ctx.clock.wallDate().toISOString()
  const idle = await stand('baseline', durationMs, deps)
  // Only a full measurement is kept: a short look that took its place would be looked at by the next one.
  if (strategy !== 'fresh') await keep(path, idle, { ...deps, measuredAt })
  const came = isDrifted ? 'drifted' : 'measured'
  return { idle, keptIdle: null, summary: { strategy, idle: came, measuredAt, driftShare } }
}

/** Waits in silence. */
export async function stand(
  phase: 'baseline' | 'loaded-idle',
  durationMs: number,
  { ctx, phases }: Omit<BaselineDeps, 'sampler'>,
): Promise<Window> {
  const startMs = ctx.clock.nowMs()
  await phases.run(phase, () => ctx.clock.sleep(durationMs, ctx.signal))
  return { startMs, endMs: ctx.clock.nowMs() }
}

/** What idle power depends on: the devices and how they are read, their driver, and what the container brings along. */
function baselineKey({ runner }: ExperimentFile, { domains, devices }: Sampler): string {
  return hashJson([
    runner.mode,
    runner.image?.id ?? runner.image?.name ?? null,
    domains.map(({ id, source, scope, method, deviceId, sensor = null }) => [
      id,
      source,
      scope,
      method,
      deviceId,
      sensor,
    ]),
    devices.map(({ uuid, driverVersion, powerLimitW }) => [uuid, driverVersion, powerLimitW]),
  ]).slice(0, 16)
}

/** Null when there is none, when it is too old, and when it lacks a domain or cannot be read. */
async function readKept(
  path: string,
  maxAgeSeconds: number,
  { ctx, sampler }: BaselineDeps,
): Promise<{ file: BaselineFile; powers: Map<string, IdlePower> } | null> {
  let file: BaselineFile
  try {
    file = await readJson(path, baselineFileSchema)
  } catch (thrown) {
    // Another version may have left it, or a disk may have failed: idle power can always be measured again.
    if (errorCodeOf(thrown) !== null || thrown instanceof AppError) return null
    throw thrown
  }
  const ageSeconds = msToSeconds(ctx.clock.wallDate().getTime() - Date.parse(file.measuredAt))
  if (!(ageSeconds >= 0 && ageSeconds <= maxAgeSeconds)) return null
  const powers = new Map(
    file.domains.map(({ id, powerW, powerSdW }) => [id, { powerW, powerSdW, warnings: [] }]),
  )
  return sampler.domains.every(({ id }) => powers.has(id)) ? { file, powers } : null
}

/** Largest difference from what was kept, beyond what a short look cannot tell; as a share of it. */
async function look(
  kept: ReadonlyMap<string, IdlePower>,
  lookMs: number,
  deps: BaselineDeps,
): Promise<number> {
  const window = await stand('baseline', lookMs, deps)
  const drifts = [...(await powersIn(window, deps))].map(([id, { powerW, powerSdW }]) => {
    const before = kept.get(id)
    if (powerW === null || before?.powerW == null) return Number.POSITIVE_INFINITY
    const unseenW = energyLimits.normalQuantile975 * Math.hypot(powerSdW, before.powerSdW)
    const differenceW = Math.max(0, Math.abs(powerW - before.powerW) - unseenW)
    return differenceW / Math.max(before.powerW, Number.MIN_VALUE)
  })
  const mostShare = Math.max(...drifts)
  return Number.isFinite(mostShare) ? mostShare : 1
}

async function powersIn(
  window: Window,
  { sampler, ctx }: BaselineDeps,
): Promise<Map<string, IdlePower>> {
  await sampler.waitFor(window.endMs, ctx.signal)
  const series = domainSeries(sampler.domains, sampler.readings())
  return new Map(series.map((one) => [one.domain.id, idlePower(one, window)]))
}

async function keep(
  path: string,
  window: Window,
  deps: BaselineDeps & { measuredAt: string },
): Promise<void> {
  const powers = [...(await powersIn(window, deps))]
  const domains = powers.flatMap(([id, { powerW, powerSdW }]) =>
    powerW === null ? [] : [{ id, powerW, powerSdW }],
  )
  if (domains.length < powers.length) return
  const { measuredAt } = deps
  const durationMs = window.endMs - window.startMs
  await makeDirectory(dirname(path))
  await writeJson(path, baselineFileSchema, { schemaVersion: 1, measuredAt, durationMs, domains })
}
