/** One experiment from its file to its result: loads the plug-ins, measures, writes. */

import { loadBackend } from '../backends/registry.gen.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment, WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { WorkerEvent } from '../core/events.ts'
import { readJson } from '../core/files.ts'
import { secondsToMs } from '../core/units.ts'
import type { EnergySource } from '../energy/energySource.ts'
import { loadEnergySource, loadEnergySources } from '../energy/registry.gen.ts'
import { measure } from '../measure/measure.ts'
import type { PhaseTimer } from '../measure/phaseTimer.ts'
import { chooseSources } from '../measure/sampler/chooseSources.ts'
import type { SamplerLink } from '../measure/sampler/samplerLink.ts'
import { startSampler } from '../measure/sampler/startSampler.ts'
import { type ExperimentFile, experimentFileSchema } from '../store/experimentFile.ts'
import { runPaths } from '../store/studyDirectory.ts'
import { keepMeasurement } from './keepMeasurement.ts'

export interface WorkerOptions {
  runDir: string
  phases: PhaseTimer
  /** The sampler's thread, started and idle; null for an experiment without sources. */
  sampler: SamplerLink | null
  clock: Clock
  env: Environment
  signal: AbortSignal
  emit(event: WorkerEvent): void
  /** Called when sensors are read, before the engine starts. */
  onPrepared(): void
}

export async function runWorker({
  runDir,
  phases,
  sampler,
  onPrepared,
  ...world
}: WorkerOptions): Promise<void> {
  const file = await readJson(runPaths(runDir).experiment, experimentFileSchema)
  const ctx: WorkerContext = { ...world, runDir, cacheDir: file.cacheDir }
  const backend = await loadBackend(file.config.backend)
  if (backend === null) {
    throw new AppError('BACKEND_UNAVAILABLE', {
      backend: file.config.backend,
      reason: 'there is no backend of this name',
      fix: '`llem list backends` shows all.',
    })
  }
  await measure(file, {
    ctx,
    phases,
    backend,
    async openSampler() {
      const opened = await openSampler(file, ctx, { link: sampler, phases })
      onPrepared()
      return opened
    },
    deliver: (raw) => keepMeasurement(file, raw, ctx),
  })
}

/** Only what can be chosen: a source that was not named is not even loaded. */
async function loadWanted(wanted: 'auto' | readonly string[]): Promise<EnergySource<unknown>[]> {
  if (wanted === 'auto') return loadEnergySources()
  const named = await Promise.all(wanted.map(loadEnergySource))
  return named.filter((source) => source !== null)
}

async function openSampler(
  { config, energyOptions }: ExperimentFile,
  { clock, env, emit, runDir, cacheDir }: WorkerContext,
  { link, phases }: { link: SamplerLink | null; phases: PhaseTimer },
) {
  const sources = await chooseSources({
    wanted: config.energy.sources,
    options: energyOptions,
    ctx: { clock, env, root: '/' },
    sources: await loadWanted(config.energy.sources),
  })
  return startSampler(
    {
      sources,
      intervalMs: secondsToMs(1 / config.energy.sample_hz),
      env,
      clock,
      cacheDir,
      tablePath: runPaths(runDir).power,
      marks: () => phases.windows().flatMap(({ startMs, endMs }) => [startMs, endMs]),
      onPower: (power) => emit({ type: 'power', ...power }),
    },
    link,
  )
}
