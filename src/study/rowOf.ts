/** The row of the summary that a run is worth. */

import type { Failure } from '../core/events.ts'
import { toJson } from '../core/json.ts'
import type { Result } from '../store/resultFile.ts'
import { type SummaryRow, unmeasured } from '../store/summaryRow.ts'
import type { PlannedRun } from './plannedRun.ts'
import { fieldReader } from './sweptFieldsOf.ts'

export type RunOutcome =
  | { status: 'measured'; directory: string; result: Result }
  | { status: 'failed'; directory: string; failure: Failure }
  | { status: 'skipped'; reason: string }

export function rowOf(
  run: PlannedRun,
  outcome: RunOutcome,
  sweptFields: readonly string[],
): SummaryRow {
  const { id, cycle, number, experiment } = run
  const { label, configHash } = experiment
  const fields = Object.fromEntries(
    sweptFields.map((field) => [field, toJson(fieldReader(field)(experiment))]),
  )
  return {
    id,
    experiment: number,
    label,
    configHash,
    cycle,
    fields,
    ...unmeasured,
    ...figuresOf(outcome),
  }
}

function figuresOf(outcome: RunOutcome): Partial<SummaryRow> & Pick<SummaryRow, 'status'> {
  switch (outcome.status) {
    case 'measured':
      return { status: 'measured', ...measuredFigures(outcome.result) }
    case 'failed': {
      const { code, message } = outcome.failure
      return { status: 'failed', failureCode: code, reason: message }
    }
    case 'skipped':
      return { status: 'skipped', reason: outcome.reason }
  }
}

function measuredFigures(result: Result) {
  const { durationMs, energy, clientLimits, warnings, ranBeside } = result
  const { total } = energy
  return {
    durationMs,
    energyJ: total.energyJ,
    energyUncertaintyJ: total.uncertaintyJ,
    joulesPerOutputToken: total.joulesPerOutputToken,
    // Of no energy there is no kind.
    isEstimate: total.energyJ === null ? null : total.isEstimate,
    isSynthetic: total.energyJ === null ? null : total.isSynthetic,
    ...loadFigures(result),
    isClientLimited: clientLimits === null ? null : clientLimits.length > 0,
    warnings: warnings.map(({ code }) => code),
    ranBeside,
  }
}

type Load = Pick<Result, 'throughput' | 'latency' | 'requests' | 'goodput'>

function loadFigures({ throughput, latency, requests, goodput }: Load) {
  const { timeToFirstToken, interTokenLatency, scheduled } = latency
  return {
    outputTokensPerSecond: throughput.outputTokensPerSecond,
    requestsPerSecond: throughput.requestsPerSecond,
    goodRequestsPerSecond: goodput?.requestsPerSecond ?? null,
    requests: requests.total,
    unfinishedRequests: requests.total - requests.completed,
    timeToFirstTokenP50Ms: timeToFirstToken?.p50Ms ?? null,
    timeToFirstTokenP99Ms: timeToFirstToken?.p99Ms ?? null,
    timeToFirstTokenDueP99Ms: scheduled?.timeToFirstToken?.p99Ms ?? null,
    interTokenLatencyP50Ms: interTokenLatency?.p50Ms ?? null,
    interTokenLatencyP99Ms: interTokenLatency?.p99Ms ?? null,
  }
}
