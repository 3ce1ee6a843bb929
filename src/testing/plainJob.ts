/** A job with nothing to do and limits that only a test's clock can let run out. */

import type { Job } from '../runners/runner.ts'
import { hourMs } from './runQuietly.ts'

export const plainJob: Omit<Job, 'id' | 'dir' | 'argv'> = {
  study: 'test',
  env: {},
  image: null,
  reads: [],
  caches: [],
  gpus: [],
  needsNetwork: false,
  timeoutMs: hourMs,
  silenceMs: hourMs,
}
