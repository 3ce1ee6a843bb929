/** Everything that one experiment read: the input of `summarize`. */

import type { ModelFacts, PrefixCache } from '../backends/backend.ts'
import type { ClientProof } from '../core/clientProof.ts'
import type { EnergyDomain } from '../core/energyDomain.ts'
import type { Json } from '../core/json.ts'
import type { Warning } from '../core/warnings.ts'
import type { DeviceFacts, EnergyReading } from '../energy/energySource.ts'
import type { Window } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import type { CpuTime } from './cpuTime.ts'
import type { QuietTimes } from './energy/alignedEnergy.ts'
import type { PhaseTimer } from './phaseTimer.ts'
import type { DeviceLook } from './sampler/deviceWatch.ts'
import type { Sampler } from './sampler/startSampler.ts'
import type { ServerLooks } from './server/watchServer.ts'
import type { Baseline } from './takeBaseline.ts'
import type { Warmup } from './warmUntilSteady.ts'

export interface RawMeasurement {
  phases: ReturnType<PhaseTimer['windows']>
  /** First request sent to last request ended. */
  window: Window
  /** Wall time of the start of the window, a label. */
  startedAt: string
  idle: Window | null
  /** Idle power that an earlier run measured. */
  keptIdle: Baseline['keptIdle']
  /** How idle power came about; null when there is none. */
  baseline: Baseline['summary']
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
  /** What the server says of itself; null where it offers nothing. */
  server: ServerLooks | null
  /** What the engine said of its prefix cache just before the window; null when it cannot tell. */
  prefixCache: PrefixCache | null
  /** True where the study asks for a prefix cache. */
  usesPrefixCache: boolean
  /** Warnings that are not derived from the readings: of sensors, of the engine and of prompts. */
  warnings: readonly Warning[]
}
