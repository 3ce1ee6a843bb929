/** What the main thread and the sampler thread say to each other. */

import type { Environment } from '../../core/context.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { Warning } from '../../core/warnings.ts'
import type { DeviceFacts } from '../../energy/energySource.ts'
import type { DeviceLook } from './deviceWatch.ts'
import type { SampleBlock } from './sampleBlock.ts'

/** What the thread starts with. */
export interface SamplerThreadData {
  /** See `threadPause`. */
  calls: Int32Array<SharedArrayBuffer>
}

/** What to read, and how often: the first message. */
export interface SamplerTask {
  sources: readonly { name: string; options: unknown }[]
  intervalMs: number
  env: Environment
  /** Where the cards of calibrated sensors are; null where none are looked for. */
  cacheDir: string | null
  /** Where the readings are kept; null where nobody asks for them. */
  tablePath: string | null
}

/**
 * `burstUntilMs`: until then, read as densely as the edges of a window need. `finishTable`: everything that is worth
 * keeping has been read.
 */
export type ToSampler =
  | { open: SamplerTask }
  | { burstUntilMs: number }
  | 'sendBlock'
  | 'finishTable'
  | 'close'

export type FromSampler =
  | {
      type: 'opened'
      domains: readonly EnergyDomain[]
      devices: readonly DeviceFacts[]
      warnings: readonly Warning[]
    }
  | { type: 'refused'; source: string; reason: string; fix: string | null }
  | {
      type: 'block'
      block: SampleBlock
      cpu: CpuSample | null
      /** At the devices, since the last block. */
      looks: readonly DeviceLook[]
      /** How many times it was asked for a block before this one was made. */
      askCount: number
    }
  | {
      type: 'tableWritten'
      /** What the system said of a write that failed: its code and its words. */
      failure: { code: string | null; message: string } | null
    }

/** CPU time that the thread had used at a moment, both in milliseconds. */
export interface CpuSample {
  atMs: number
  cpuMs: number
}
