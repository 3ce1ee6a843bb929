/** What the running phase is doing, in a few words: requests, rate, power, downloads and the time that is left. */

import { formatBytes, formatDuration, formatNumber } from '../../core/units.ts'
import type { Rest } from './estimateRest.ts'
import type { RunningExperiment } from './progressState.ts'

/** Parts of one sentence, most telling first; empty when nothing is known yet. */
export function describeActivity(current: RunningExperiment): string[] {
  return [...describeWait(current), ...describeLoad(current), ...describePower(current)]
}

/** How long it will take and why we think so; empty when there is nothing to judge by. */
export function describeRest(rest: Rest | null): string[] {
  if (rest === null) return []
  return [`about ${formatDuration(rest.restMs)} left, judged by ${rest.basis}`]
}

/** Requests done and their rate, while or after a phase that sends some. */
export function describeLoad({ load }: RunningExperiment): string[] {
  if (load === null) return []
  const { requestsDone, requestsTotal, tokensPerSecond } = load
  const total = requestsTotal === null ? '' : ` of ${requestsTotal}`
  return [
    `${requestsDone}${total} requests`,
    ...(tokensPerSecond === null ? [] : [`${formatNumber(tokensPerSecond)} tokens/s`]),
  ]
}

/** Power now; an estimate says that it is one. */
export function describePower({ power }: RunningExperiment): string[] {
  if (power === null || power.watts === null) return []
  return [`${formatNumber(power.watts)} W${power.isEstimate ? ' est.' : ''}`]
}

function describeWait({ wait }: RunningExperiment): string[] {
  if (wait === null) return []
  const { label, done, total, unit } = wait
  if (unit === 'ms') return [label]
  const amount = (value: number): string =>
    unit === 'bytes' ? formatBytes(value) : `${value} ${unit}`
  if (total === null) return [`${label} ${amount(done)}`]
  const percent = total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : ''
  return [`${label} ${amount(done)} of ${amount(total)}${percent}`]
}
