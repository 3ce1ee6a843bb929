/** Runs the phases of one experiment in order and hands over what was read. Nothing here prints or computes a metric. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Backend, BackendSession, GenerateRequest, ModelFacts } from '../backends/backend.ts'
import type { ClientProof } from '../core/clientProof.ts'
import type { WorkerContext } from '../core/context.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
import type { Json } from '../core/json.ts'
import { secondsToMs } from '../core/units.ts'
import type { Warning } from '../core/warnings.ts'
import type { DeviceFacts, EnergyReading } from '../energy/energySource.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import type { Window } from '../store/resultFile.ts'
import { driveLoad, type RequestRecord } from '../workloads/driveLoad.ts'
import { preparePrompts } from '../workloads/preparePrompts.ts'
import { type CpuTime, readCpuTime } from './cpuTime.ts'
import type { QuietTimes } from './energy/alignedEnergy.ts'
import type { PhaseTimer } from './phaseTimer.ts'
import type { DeviceLook } from './sampler/deviceWatch.ts'
import type { Sampler } from './sampler/startSampler.ts'
import { tellLoad } from './tellLoad.ts'
import { type Warmup, warmUntilSteady } from './warmUntilSteady.ts'

export interface MeasureDeps {
  ctx: WorkerContext
  phases: PhaseTimer
  backend: Backend<unknown>
  /** Starts the sampler; called in the first phase. */
  openSampler(): Promise<Sampler>
  /** Keeps what was measured. Runs before anything is torn down, so that a teardown that hangs or crashes loses nothing. */
  deliver(raw: RawMeasurement): Promise<void>
}

/** Everything that was read: the input of `summarize`. */
export interface RawMeasurement {
  phases: ReturnType<PhaseTimer['windows']>
  /** First request sent to last request ended. */
  window: Window
  /** Wall time of the start of the window, a label. */
  startedAt: string
  idle: Window | null
  loadedIdle: Window | null
  /** Around the window; null when no counter needed it. */
  quiet: QuietTimes | null
  domains: readonly EnergyDomain[]
  devices: readonly DeviceFacts[]
  readings: readonly EnergyReading[]
  looks: readonly DeviceLook[]
  /** When the engine was started; null for one that somebody else started. */
  launchedMs: number | null
  sampler: ReturnType<Sampler['stats']> & { intervalMs: number }
  requests: readonly RequestRecord[]
  discardedInputTokens: number
  warmup: Warmup | null
  backendVersion: string
  model: ModelFacts | null
  observed: Record<string, Json>
  peakMemoryBytes: number | null
  modelMemoryBytes: number | null
  cpuBefore: CpuTime
  cpuAfter: CpuTime
  eventLoopDelayP99Ms: number | null
  /** What the load client says of itself; null for an engine in this process. */
  client: ClientProof | null
  /** Warnings that are not derived from the readings: of sensors, of the engine and of prompts. */
  warnings: readonly Warning[]
}

export async function measure(file: ExperimentFile, deps: MeasureDeps): Promise<void> {
  const { ctx, phases, backend } = deps
  const { config } = file
  await using sampler = await phases.run('prepare', deps.openSampler)
  const idle = await holdStill('baseline', file, sampler, deps)
  const memoryBefore = process.memoryUsage.rss()
  await using session = await phases.run('launch', () =>
    backend.open(config, file.backendOptions, ctx),
  )
  const addedBytes = Math.max(0, process.memoryUsage.rss() - memoryBefore)
  const prompts = await preparePrompts({
    config,
    tokenizer: session.tokenizer ?? null,
    warmupCount: config.warmup.enabled ? config.warmup.max_prompts : 0,
    ctx,
  })
  session.prepare?.([...prompts.warmup, ...prompts.measured])
  const loadedIdle = await holdStill('loaded-idle', file, sampler, deps)
  const load = { concurrency: config.load.concurrency, clock: ctx.clock, signal: ctx.signal }
  const warmup = !config.warmup.enabled
    ? null
    : await phases.run('warmup', () =>
        tellLoad({ phase: 'warmup', requestsTotal: null }, ctx, (onRequest) =>
          warmUntilSteady(session, prompts.warmup, config.warmup, { ...load, onRequest }),
        ),
      )
  const before = await sampler.watchEdges('before', ctx.signal)
  const measured = await phases.run('measure', () =>
    tellLoad({ phase: 'measure', requestsTotal: config.n }, ctx, (onRequest) =>
      driveWindow(session, prompts.measured, { ...load, onRequest }),
    ),
  )
  const after = await sampler.watchEdges('after', ctx.signal)
  const collected = await phases.run('collect', async () => {
    await sampler.waitFor(measured.window.endMs, ctx.signal)
    return {
      observed: await session.observed(),
      peakMemoryBytes: await peakMemoryBytes(session),
      readings: sampler.readings(),
      looks: sampler.looks(),
      sampler: {
        ...sampler.stats(measured.window),
        intervalMs: secondsToMs(1 / config.energy.sample_hz),
      },
    }
  })
  await deps.deliver({
    ...measured,
    ...collected,
    phases: phases.windows(),
    idle,
    loadedIdle,
    quiet: before === null || after === null ? null : { before, after },
    domains: sampler.domains,
    devices: sampler.devices,
    discardedInputTokens: prompts.discardedInputTokens,
    warmup,
    backendVersion: session.version,
    model: session.model,
    modelMemoryBytes:
      session.modelMemoryBytes === undefined ? addedBytes : session.modelMemoryBytes,
    launchedMs: backend.attach === true ? null : (phases.window('launch')?.startMs ?? null),
    warnings: [...sampler.warnings, ...(session.warnings?.() ?? []), ...prompts.warnings],
  })
  ctx.emit({ type: 'phaseStarted', phase: 'release', atMs: ctx.clock.nowMs() })
}

/** Waits in silence so that idle power can be read; null when the baseline is off or there is no sensor to read. */
async function holdStill(
  phase: 'baseline' | 'loaded-idle',
  { config }: ExperimentFile,
  sampler: Sampler,
  { ctx, phases }: MeasureDeps,
): Promise<Window | null> {
  if (!config.baseline.enabled || sampler.domains.length === 0) return null
  await phases.run(phase, () =>
    ctx.clock.sleep(secondsToMs(config.baseline.duration_seconds), ctx.signal),
  )
  return phases.window(phase)
}

const delayResolutionMs = 20

/** The one window: from the first request sent to the last one ended, by the stamps of the requests themselves. */
async function driveWindow(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  load: Parameters<typeof driveLoad>[2],
) {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  const startedAt = load.clock.wallDate().toISOString()
  const watch = session.watchClient?.()
  const engineMs = (): number | null => (session.cpuMs === undefined ? 0 : session.cpuMs())
  const cpuBefore = readCpuTime(engineMs())
  const records = await driveLoad(session, requests, load)
  const cpuAfter = readCpuTime(engineMs())
  const client = watch?.stop() ?? null
  delay.disable()
  const window = {
    startMs: Math.min(...records.map(({ sentAtMs }) => sentAtMs)),
    endMs: Math.max(...records.map(({ endedAtMs }) => endedAtMs)),
  }
  return {
    window,
    startedAt,
    requests: records,
    cpuBefore,
    cpuAfter,
    client,
    // The histogram holds the time between two samples, which is the resolution plus the delay.
    eventLoopDelayP99Ms:
      delay.count === 0 ? null : Math.max(0, delay.percentile(99) / 1e6 - delayResolutionMs),
  }
}

/** The engine's own figure where it lives elsewhere, else the highest resident memory of this process (getrusage(2), KiB). */
async function peakMemoryBytes(session: BackendSession): Promise<number | null> {
  if (session.peakMemoryBytes !== undefined) return session.peakMemoryBytes()
  return process.resourceUsage().maxRSS * 1024
}
