/** A whole result with round numbers, for tests of what reads results: 10 requests of 64 tokens in 10 s at 31.2 W. */

import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
import type { EnvironmentFacts } from '../store/environmentFile.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import type { DomainEnergy, Result } from '../store/resultFile.ts'
import type { Latency } from '../store/resultLoad.ts'

/** The sample with some top-level members replaced. */
export function sampleResult(replaced: Partial<Result> = {}): Result {
  return {
    schemaVersion: 1,
    version: '0.1.0',
    experiment: sampleExperiment(),
    observed: { threads: 2, contextSize: 640 },
    backend: { name: 'llamacpp', version: '3.22.1' },
    model: sampleModel,
    startedAt: '2026-01-02T03:04:05.000Z',
    window: { startMs: 20_000, endMs: 30_000 },
    durationMs: 10_000,
    phases: [
      { phase: 'prepare', startMs: 0, endMs: 1000 },
      { phase: 'measure', startMs: 20_000, endMs: 30_000 },
    ],
    energy: sampleEnergy([sampleDomainEnergy()]),
    devices: [],
    tokens: {
      inputTokens: 312,
      outputTokens: 640,
      discardedInputTokens: 0,
      discardedOutputTokens: 0,
      countedBy: 'engine',
    },
    requests: sampleRequests,
    throughput: { outputTokensPerSecond: 64, totalTokensPerSecond: 95.2, requestsPerSecond: 1 },
    latency: {
      timeToFirstToken: latency(10, 31.25),
      interTokenLatency: latency(630, 15.4),
      timePerOutputToken: latency(10, 15.4),
      endToEnd: latency(10, 1001),
      scheduled: null,
    },
    stages: null,
    goodput: null,
    requestEnergy: null,
    server: null,
    cache: { state: 'cold', judgedFrom: { cache: 'cleared before every prompt' } },
    memory: { peakBytes: 430_000_000, modelBytes: 151_000_000 },
    compute: {
      flops: 2.56e11,
      prefillFlops: 0.7e11,
      decodeFlops: 1.86e11,
      flopsPerSecond: 2.56e10,
      formula: '2 x active parameters x tokens',
      bytesPerToken: 113_000_000,
      devices: [],
      peakFlopsPerSecond: null,
      peakBytesPerSecond: null,
      peakSource: null,
      modelFlopsUtilization: null,
      floorMsPerToken: null,
      bandwidthUtilization: null,
    },
    warmup: { requests: 5, isSteady: true, variation: 0.0123, durationMs: 5120 },
    harness: { cpuMs: 42, cpuShare: 0.0021, eventLoopDelayP99Ms: 1.2 },
    client: null,
    clientLimits: null,
    environment: sampleEnvironment,
    ranBeside: [],
    warnings: [],
    ...replaced,
  }
}

/** One domain of the sample: 312 J of a CPU package, from a counter. */
export function sampleDomainEnergy(
  replaced: { domain?: Partial<EnergyDomain>; energy?: Partial<DomainEnergy> } = {},
): DomainEnergy {
  return {
    domain: {
      id: 'cpu0',
      source: 'rapl',
      scope: 'package',
      method: 'counter',
      isSynthetic: false,
      deviceId: null,
      contains: [],
      updatePeriodMs: 1,
      wrapsAtJ: 262_144,
      gainUncertainty: 0.05,
      ...replaced.domain,
    },
    energyJ: 312,
    plainEnergyJ: 312,
    alignedEnergyJ: null,
    uncertaintyJ: 31.2,
    uncertainty: sampleUncertainty,
    meanPowerW: 31.2,
    maxPowerW: 38.4,
    idlePowerW: 10.1,
    loadedIdlePowerW: 10.6,
    energyAboveIdleJ: 211,
    aboveIdleUncertainty: null,
    energyAboveLoadedIdleJ: 206,
    aboveLoadedIdleUncertainty: null,
    readCount: 10_000,
    ...replaced.energy,
  }
}

/** The energy of a result over its domains; the total is that of the first. */
export function sampleEnergy(
  domains: DomainEnergy[],
  total: Partial<Result['energy']['total']> = {},
): Result['energy'] {
  const first = domains[0]
  return {
    total: {
      energyJ: first?.energyJ ?? null,
      uncertaintyJ: first?.uncertaintyJ ?? null,
      uncertainty: first?.uncertainty ?? null,
      domains: first === undefined ? [] : [first.domain.id],
      isEstimate: first?.domain.method === 'estimate',
      isSynthetic: first?.domain.isSynthetic ?? false,
      energyAboveIdleJ: first?.energyAboveIdleJ ?? null,
      aboveIdleUncertainty: null,
      energyAboveLoadedIdleJ: first?.energyAboveLoadedIdleJ ?? null,
      aboveLoadedIdleUncertainty: null,
      joulesPerOutputToken: first?.energyJ == null ? null : first.energyJ / 640,
      joulesPerRequest: first?.energyJ == null ? null : first.energyJ / 10,
      outputTokensPerJoule: first?.energyJ == null ? null : 640 / first.energyJ,
      energyDelayJs: first?.energyJ == null ? null : (first.energyJ / 10) * 1.001,
      meanPowerW: first?.meanPowerW ?? null,
      maxPowerW: first?.maxPowerW ?? null,
      ...total,
    },
    domains,
    agreements: [],
    baseline: null,
    quiet: null,
    sampler: { intervalMs: 50, ticks: 200, intervalErrorP99Ms: 0.8, cpuMs: 31 },
  }
}

/** The experiment file of the sample, with some of its configuration replaced. */
export function sampleExperiment(config: Partial<ExperimentFile['config']> = {}): ExperimentFile {
  const defaults = z
    .object(experimentFields)
    .parse({ model: 'synthetic/smollm2-135m', precision: 'q8_0', n: 10, max_output_tokens: 64 })
  return {
    schemaVersion: 1,
    id: '001-c1-smollm2-135m-0a1b2c3d',
    configHash: '0a1b2c3d'.repeat(8),
    cycle: 1,
    label: 'synthetic/smollm2-135m q8_0 on llamacpp',
    declared: { model: 'synthetic/smollm2-135m' },
    config: { ...defaults, ...config },
    backendOptions: {},
    energyOptions: {},
    runner: { mode: 'local', image: null, source: 'default' },
    cacheDir: '/home/user/.cache/llem',
    hostWarnings: [],
  }
}

export const sampleRequests: Result['requests'] = {
  total: 10,
  completed: 10,
  failed: 0,
  timedOut: 0,
  empty: 0,
  mode: 'closed',
  concurrency: 1,
  meanInFlight: 1,
  peakInFlight: 1,
}

const sampleUncertainty: DomainEnergy['uncertainty'] = {
  boundaryJ: 3,
  samplingJ: 0,
  gainJ: 15.6,
  resolutionJ: 0,
  baselineJ: 0,
  attributionJ: 0,
  expandedJ: 31.2,
}

const sampleModel: Result['model'] = {
  name: 'smollm2-135m',
  architecture: 'llama',
  parameterCount: 134_515_008,
  activeParameterCount: 106_203_456,
  layerCount: 30,
  attentionWidth: 576,
  cacheWidth: 384,
  weightType: 'q8_0',
  weightBytes: 143_000_000,
  weights: 'random',
  contextLength: 8192,
}

const sampleEnvironment: EnvironmentFacts = {
  hostname: 'box',
  platform: 'linux',
  kernel: '6.1.0',
  nodeVersion: 'v20.20.2',
  container: null,
  cpu: {
    model: 'Example CPU 3 GHz',
    architecture: 'x64',
    sockets: 1,
    physicalCores: 2,
    logicalCores: 4,
    usableCores: 2,
    governor: 'performance',
    isVirtual: false,
  },
  memory: { totalBytes: 8 * 1024 ** 3, limitBytes: null, availableBytes: 6 * 1024 ** 3 },
  gpus: [],
}

function latency(count: number, meanMs: number): NonNullable<Latency> {
  return {
    count,
    meanMs,
    p50Ms: meanMs * 0.98,
    p90Ms: meanMs * 1.1,
    p95Ms: meanMs * 1.2,
    p99Ms: meanMs * 1.3,
    maxMs: meanMs * 1.4,
  }
}
