/** The latencies of each rate of a ramp by itself. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { secondsToMs } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { interTokenLatency, sinceDue } from './summarizeLatency.ts'

/** Null for a load without stages. */
export function summarizeStages(
  records: readonly RequestRecord[],
  { mode, stages = [] }: ExperimentConfig['load'],
): Result['stages'] {
  if (mode !== 'stages') return null
  return stages.map(({ rate_per_second: ratePerSecond, duration_seconds }, index) => {
    const due = records.filter(({ stage }) => stage === index)
    const completed = due.filter(({ outcome }) => outcome.status === 'completed')
    return {
      ratePerSecond,
      durationMs: secondsToMs(duration_seconds),
      requests: due.length,
      completed: completed.length,
      ...sinceDue(completed),
      interTokenLatency: interTokenLatency(completed),
    }
  })
}
