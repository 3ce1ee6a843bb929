/** Every figure of a result as a pure function of what was read, so that old runs can be computed again. */

import { breachesOf } from '../core/clientProof.ts'
import type { Warning } from '../core/warnings.ts'
import { warn } from '../core/warnings.ts'
import type { DeviceSummary } from '../store/deviceSummary.ts'
import type { EnvironmentFacts } from '../store/environmentFile.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { checkIdentities } from './checkIdentities.ts'
import { clientWarnings } from './clientWarnings.ts'
import { streamedTokens } from './countTokens.ts'
import { summarizeDevices } from './devices/summarizeDevices.ts'
import { summarizeRequestEnergy } from './energy/requests/summarizeRequestEnergy.ts'
import { summarizeEnergy } from './energy/summarizeEnergy.ts'
import { energyLimits } from './energyLimits.ts'
import { estimateCompute } from './estimateCompute.ts'
import type { RawMeasurement } from './rawMeasurement.ts'
import { cacheWarnings, judgeCache } from './server/judgeCache.ts'
import { serverWarnings, summarizeServer } from './server/summarizeServer.ts'
import { completedOf, summarizeLoad } from './summarizeLoad.ts'
import { withSendSkew } from './withSendSkew.ts'

export interface SummaryInput {
  file: ExperimentFile
  raw: RawMeasurement
  environment: EnvironmentFacts
  /** Version of llenergymeasure. */
  version: string
}

export function summarize({ file, raw, environment, version }: SummaryInput): Result {
  const { config } = file
  const durationMs = raw.window.endMs - raw.window.startMs
  const load = summarizeLoad(raw, config)
  const { total, domains, agreements, ...found } = summarizeEnergy({
    ...raw,
    otherCpuShare: otherCpuShareOf(raw),
    outputTokens: load.tokens.outputTokens,
    requests: load.requests.completed,
    meanRequestMs: load.latency.endToEnd?.meanMs ?? null,
  })
  const { quiet, sampler, baseline } = raw
  const energy = { total, domains, agreements, quiet, sampler, baseline }
  const { server, cache, warnings: engineWarnings } = whatEngineSaid(raw, config.backend)
  const client = withSendSkew(raw.client, raw.requests)
  const { devices, warnings: deviceWarnings } = summarizeDevices({
    ...raw,
    askedPowerLimitW: config.gpu.power_limit_watts ?? null,
  })
  return {
    schemaVersion: 1,
    version,
    experiment: file,
    observed: raw.observed,
    backend: { name: config.backend, version: raw.backendVersion },
    model: raw.model,
    startedAt: raw.startedAt,
    window: raw.window,
    durationMs,
    phases: raw.phases,
    energy,
    devices,
    ...load,
    requestEnergy: summarizeRequestEnergy({
      ...raw,
      tokens: load.tokens,
      energy,
      peakInFlight: load.requests.peakInFlight,
    }),
    server,
    cache,
    memory: { peakBytes: raw.peakMemoryBytes, modelBytes: raw.modelMemoryBytes },
    compute:
      raw.model === null
        ? null
        : estimateCompute({
            model: raw.model,
            ...computeInput(raw, { load, devices, environment }),
          }),
    warmup: raw.warmup,
    harness: harnessCost(raw),
    client,
    clientLimits: client === null ? null : breachesOf(client),
    environment,
    ranBeside: [], // The host knows.
    warnings: [
      ...file.hostWarnings,
      ...raw.warnings,
      ...found.warnings,
      ...deviceWarnings,
      ...warningsOf(raw, file),
      ...clientWarnings(raw.requests, client),
      ...engineWarnings,
      ...checkIdentities({ ...load, energy, durationMs }),
    ],
  }
}

function whatEngineSaid(raw: RawMeasurement, backend: string) {
  const server = summarizeServer(raw.server, raw.window)
  const cache = judgeCache(raw)
  return {
    server,
    cache,
    warnings: [
      ...cacheWarnings({ ...raw, cache, backend }),
      ...serverWarnings({ ...raw, server, records: raw.requests }),
    ],
  }
}

function computeInput(
  { window, requests }: RawMeasurement,
  {
    load,
    devices,
    environment,
  }: {
    load: ReturnType<typeof summarizeLoad>
    devices: readonly DeviceSummary[]
    environment: EnvironmentFacts
  },
) {
  return {
    completed: completedOf(requests),
    durationMs: window.endMs - window.startMs,
    deviceNames: workingDevices(environment, devices),
    tokenMs: load.latency.interTokenLatency?.meanMs ?? null,
    concurrency: load.requests.peakInFlight,
  }
}

/** Names of the accelerators that did something in the window; one that does not tell counts. */
function workingDevices({ gpus }: EnvironmentFacts, devices: readonly DeviceSummary[]): string[] {
  const isIdle = (id: string): boolean =>
    devices.find((device) => device.id === id)?.computeUtilization === 0
  return gpus.filter(({ id }) => !isIdle(id)).map(({ name }) => name)
}

/** Main thread and sampler: what we added, with the part of the engine's own glue that runs on the main thread. */
function harnessCost({
  cpuBefore,
  cpuAfter,
  sampler,
  eventLoopDelayP99Ms,
}: RawMeasurement): Result['harness'] {
  const processMs = difference(cpuBefore.processMs, cpuAfter.processMs)
  const cpuMs =
    cpuAfter.mainThreadMs === null || cpuBefore.mainThreadMs === null
      ? null
      : cpuAfter.mainThreadMs - cpuBefore.mainThreadMs + (sampler.cpuMs ?? 0)
  return {
    cpuMs,
    // The two figures come from different kernel counters and may differ by a tick.
    cpuShare:
      cpuMs === null || processMs === null || processMs <= 0
        ? null
        : Math.min(1, cpuMs / processMs),
    eventLoopDelayP99Ms,
  }
}

/** Part of the machine's CPU time in the window that other programs used; null when the system does not tell. */
function otherCpuShareOf({ cpuBefore, cpuAfter }: RawMeasurement): number | null {
  const busyMs = difference(cpuBefore.hostBusyMs, cpuAfter.hostBusyMs)
  const ownMs = difference(cpuBefore.processMs, cpuAfter.processMs)
  return busyMs === null || ownMs === null || busyMs <= 0
    ? null
    : Math.min(1, Math.max(0, busyMs - ownMs) / busyMs)
}

/** Null when one of the two is unknown. */
const difference = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before

function warningsOf(raw: RawMeasurement, { config }: ExperimentFile): Warning[] {
  const warnings: Warning[] = []
  const { cpuBefore, cpuAfter, warmup } = raw
  if (warmup !== null && !warmup.isSteady) {
    warnings.push(
      warn('WARMUP_NOT_STEADY', {
        requests: warmup.requests,
        variation: warmup.variation,
        threshold: config.warmup.cv_threshold,
      }),
    )
  }
  const { intervalErrorP99Ms: p99Ms, intervalMs } = raw.sampler
  if (p99Ms !== null && p99Ms > intervalMs) {
    warnings.push(warn('SAMPLER_LATE', { p99Ms, intervalMs }))
  }
  const busyMs = difference(cpuBefore.hostBusyMs, cpuAfter.hostBusyMs)
  const ownMs = difference(cpuBefore.processMs, cpuAfter.processMs)
  if (busyMs !== null && ownMs !== null) {
    const otherCores = (busyMs - ownMs) / (raw.window.endMs - raw.window.startMs)
    if (otherCores > energyLimits.busyCores) warnings.push(warn('HOST_BUSY', { otherCores }))
  }
  return [...warnings, ...requestWarnings(raw.requests, config.max_output_tokens)]
}

function requestWarnings(requests: readonly RequestRecord[], expected: number): Warning[] {
  const warnings: Warning[] = []
  const reasons = requests.flatMap(({ outcome }) =>
    outcome.status === 'completed' ? [] : [outcome.reason],
  )
  const [firstReason] = reasons
  if (firstReason !== undefined) {
    warnings.push(
      warn('REQUESTS_FAILED', { failed: reasons.length, total: requests.length, firstReason }),
    )
  }
  const lengths = requests.flatMap((record) =>
    record.outcome.status === 'completed' ? [streamedTokens(record)] : [],
  )
  const least = Math.min(...lengths)
  const most = Math.max(...lengths)
  if (lengths.length > 0 && (least !== expected || most !== expected)) {
    warnings.push(warn('OUTPUT_LENGTHS_DIFFER', { least, most, expected }))
  }
  return warnings
}
