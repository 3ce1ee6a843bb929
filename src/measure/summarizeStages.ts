/** The latencies and the goodput of each rate of a ramp by itself. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { secondsToMs } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { goodput } from './goodput.ts'
import { interTokenLatency, sinceDue } from './summarizeLatency.ts'

/** Null for a load without stages. */
export function summarizeStages(
  records: readonly RequestRecord[],
  { load, slo }: Pick<ExperimentConfig, 'load' | 'slo'>,
): Result['stages'] {
  const { mode, stages = [] } = load
  if (mode !== 'stages') return null
  return stages.map(({ rate_per_second: ratePerSecond, duration_seconds }, index) => {
    const durationMs = secondsToMs(duration_seconds)
    const due = records.filter(({ stage }) => stage === index)
    const completed = due.filter(({ outcome }) => outcome.status === 'completed')
    return {
      ratePerSecond,
      durationMs,
      requests: due.length,
      completed: completed.length,
      ...sinceDue(completed),
      interTokenLatency: interTokenLatency(completed),
      goodput: goodput(due, slo, durationMs),
    }
  })
}
