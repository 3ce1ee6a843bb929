/** Writes what was measured, but for the readings, which have their file already: raw tables first, the result last, so that a result never lacks its evidence. */

import type { WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { writeJson } from '../core/files.ts'
import { version } from '../core/version.gen.ts'
import { streamedTokens } from '../measure/countTokens.ts'
import type { RawMeasurement } from '../measure/rawMeasurement.ts'
import { readEnvironment } from '../measure/readEnvironment.ts'
import { summarize } from '../measure/summarize.ts'
import { environmentSchema } from '../store/environmentFile.ts'
import type { ExperimentFile } from '../store/experimentFile.ts'
import { type RequestRow, writeRequestTable } from '../store/requestTable.ts'
import { resultSchema } from '../store/resultFile.ts'
import { runPaths } from '../store/studyDirectory.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'

export async function keepMeasurement(
  file: ExperimentFile,
  raw: RawMeasurement,
  ctx: WorkerContext,
): Promise<void> {
  const paths = runPaths(ctx.runDir)
  const environment = readEnvironment('/', raw.devices, ctx.env)
  await Promise.all([
    writeRequestTable(paths.requests, raw.requests.map(toRow)),
    writeJson(paths.environment, environmentSchema, environment),
  ])
  requireTokens(raw.requests)
  const result = summarize({ file, raw, environment, version })
  for (const warning of result.warnings) ctx.emit({ type: 'warned', warning })
  await writeJson(paths.result, resultSchema, result)
  ctx.emit({ type: 'resultWritten', atMs: ctx.clock.nowMs() })
}

/** A run in which nothing was generated has no joules per token: it failed, and says what the engine said first. */
function requireTokens(requests: readonly RequestRecord[]): void {
  if (
    requests.some((record) => record.outcome.status === 'completed' && streamedTokens(record) > 0)
  )
    return
  const [firstReason = 'all answers were empty'] = requests.flatMap(({ outcome }) =>
    outcome.status === 'completed' ? [] : [outcome.reason],
  )
  throw new AppError('NO_OUTPUT_TOKENS', { requests: requests.length, firstReason })
}

function toRow({ outcome, stepCount, stepAtMs, stepTokens, ...record }: RequestRecord): RequestRow {
  const { index, sentAtMs, endedAtMs, promptTokens } = record
  const completion = outcome.status === 'completed' ? outcome.completion : null
  return {
    index,
    status: outcome.status,
    reason: outcome.status === 'completed' ? null : outcome.reason,
    stage: record.stage ?? null,
    scheduledAtMs: record.scheduledAtMs ?? null,
    queueWaitMs: record.queueWaitMs ?? null,
    sentAtMs,
    endedAtMs,
    inputTokens: completion?.inputTokens ?? promptTokens,
    cachedInputTokens: completion?.cachedInputTokens ?? null,
    outputTokens: completion?.outputTokens ?? null,
    tokenCounts: completion?.tokenCounts ?? null,
    stepAtMs: stepAtMs.subarray(0, stepCount),
    stepTokens: stepTokens.subarray(0, stepCount),
  }
}
