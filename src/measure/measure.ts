/** Runs the phases of one experiment in order and hands over what was read. Nothing here prints or computes a metric. */

import type { Backend, BackendSession, GenerateRequest } from '../backends/backend.ts'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { requestCount } from '../config/loadConfig.ts'
import { warmupLoad } from '../config/warmupLoad.ts'
import type { WorkerContext } from '../core/context.ts'
import { secondsToMs } from '../core/units.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import type { Window } from '../store/resultFile.ts'
import { checkWorkload } from '../workloads/checkWorkload.ts'
import { planLoad } from '../workloads/planLoad.ts'
import { preparePrompts } from '../workloads/preparePrompts.ts'
import type { SendOptions } from '../workloads/sendRequest.ts'
import { shardCount } from '../workloads/shards/shardCount.ts'
import { driveWindow, openShardsFor } from './driveWindow.ts'
import type { PhaseTimer } from './phaseTimer.ts'
import type { RawMeasurement } from './rawMeasurement.ts'
import type { Sampler } from './sampler/startSampler.ts'
import { watchServer } from './server/watchServer.ts'
import { stand, takeBaseline } from './takeBaseline.ts'
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

export async function measure(file: ExperimentFile, deps: MeasureDeps): Promise<void> {
  const { ctx, phases, backend } = deps
  const { config } = file
  await using sampler = await phases.run('prepare', async () => {
    await lookAhead(file, deps)
    return deps.openSampler()
  })
  const plan = await planLoad(config)
  const baseline = await takeBaseline(file, { ctx, phases, sampler })
  const memoryBefore = process.memoryUsage.rss()
  await using session = await phases.run('launch', () =>
    backend.open(config, file.backendOptions, ctx),
  )
  const addedBytes = Math.max(0, process.memoryUsage.rss() - memoryBefore)
  const prompts = await preparePrompts({
    config,
    tokenizer: session.tokenizer ?? null,
    warmupCount: warmupLoad(config).promptCount,
    ctx,
  })
  session.prepare?.([...prompts.warmup, ...prompts.measured])
  const loadedIdle =
    !config.baseline.enabled || sampler.domains.length === 0
      ? null
      : await stand('loaded-idle', secondsToMs(config.baseline.duration_seconds), deps)
  const warmup = await warmUp(session, prompts.warmup, file, deps)
  const load = { ...sendOptions(config, ctx), plan, processes: shardCount(config) }
  await using shards = await openShardsFor(session, prompts.measured, load)
  // Before the quiet time, in which nothing may be asked of the engine.
  const prefixCache = (await session.prefixCache?.()) ?? null
  if (shards === null) await session.connect?.()
  const server = await watchServer(session.metricsUrl, ctx)
  const before = await sampler.watchEdges('before', ctx.signal)
  const measured = await phases.run('measure', () =>
    tellLoad({ phase: 'measure', requestsTotal: requestCount(config) }, ctx, (listener) =>
      driveWindow(session, prompts.measured, { ...load, ...listener, shards, server }),
    ),
  )
  const after = await sampler.watchEdges('after', ctx.signal)
  const collected = await collect(session, sampler, measured.window, file, deps)
  await deps.deliver({
    ...measured,
    ...collected,
    prefixCache,
    server: await server.stop(),
    phases: phases.windows(),
    idle: baseline.idle,
    keptIdle: baseline.keptIdle,
    baseline: baseline.summary,
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

/** What is missing is told before minutes are spent. */
async function lookAhead(
  { config, backendOptions }: ExperimentFile,
  { backend, ctx }: MeasureDeps,
): Promise<void> {
  await backend.checkFiles?.(config, backendOptions, '.')
  await checkWorkload(config)
  await backend.checkServer?.(backendOptions, ctx)
}

function collect(
  session: BackendSession,
  sampler: Sampler,
  window: Window,
  { config }: ExperimentFile,
  { ctx, phases }: MeasureDeps,
) {
  return phases.run('collect', async () => {
    await sampler.waitFor(window.endMs, ctx.signal)
    await sampler.finishTable()
    return {
      observed: await session.observed(),
      peakMemoryBytes: await peakMemoryBytes(session),
      readings: sampler.readings(),
      looks: sampler.looks(),
      sampler: {
        ...sampler.stats(window),
        intervalMs: secondsToMs(1 / config.energy.sample_hz),
      },
    }
  })
}

/** Null when it is off. */
async function warmUp(
  session: BackendSession,
  requests: readonly GenerateRequest[],
  { config }: ExperimentFile,
  { ctx, phases }: MeasureDeps,
): Promise<Warmup | null> {
  if (!config.warmup.enabled) return null
  const load = { ...sendOptions(config, ctx), ...warmupLoad(config) }
  return phases.run('warmup', () =>
    tellLoad({ phase: 'warmup', requestsTotal: null }, ctx, ({ onRequest }) =>
      warmUntilSteady(session, requests, config.warmup, { ...load, onRequest }),
    ),
  )
}

function sendOptions({ load }: ExperimentConfig, { clock, signal }: WorkerContext): SendOptions {
  const { timeout_seconds } = load
  return {
    clock,
    signal,
    timeoutMs: timeout_seconds === undefined ? undefined : secondsToMs(timeout_seconds),
  }
}

/** The engine's own figure where it lives elsewhere, else the highest resident memory of this process (getrusage(2), KiB). */
async function peakMemoryBytes(session: BackendSession): Promise<number | null> {
  if (session.peakMemoryBytes !== undefined) return session.peakMemoryBytes()
  return process.resourceUsage().maxRSS * 1024
}
