/** The study as a whole in the live view: how far it is, how long it goes on, its energy so far, and the last outcomes. */

import { formatDuration, formatJoules } from '../../core/units.ts'
import type { Paint } from '../../report/paint.ts'
import { describeRest } from './describeActivity.ts'
import { describeFigures, type FigureOptions } from './describeOutcome.ts'
import { estimateStudyRest } from './estimateRest.ts'
import type { EndedRun, EnergySoFar, ProgressState } from './progressState.ts'

export interface TableOptions {
  /** Lines that there is room for, the head included. */
  rows: number
  /** Makes a text fit into a line. */
  cut(text: string): string
  paint: Paint
}

/** How it stands, then the last outcomes as far as there is room, the newest last. */
export function studyTable(state: ProgressState, nowMs: number, options: TableOptions): string[] {
  const { rows, cut, paint } = options
  const { total, includesClientLimited } = state
  const head = [
    paint.bold(cut(countsOf(state, nowMs))),
    ...[...describeRest(estimateStudyRest(state, nowMs)), ...describeEnergy(state.energy)].map(cut),
  ]
  const room = Math.max(0, Math.min(mostOutcomes, rows - head.length))
  const ended = room === 0 ? [] : state.recent.slice(-room)
  const labelWidth = Math.max(...ended.map(({ label }) => label.length), 0)
  return [
    ...head,
    ...ended.map((run) => {
      const line = cut(lineOf(run, { labelWidth, total, includesClientLimited }))
      return run.outcome.status === 'measured' ? line : paint.red(line)
    }),
  ].slice(0, rows)
}

/** More are for the report at the end. */
const mostOutcomes = 10

function countsOf(
  { total, measured, failed, skipped, startedMs }: ProgressState,
  nowMs: number,
): string {
  const left = total - measured - failed - skipped
  const time = startedMs === null ? '' : `, ${formatDuration(nowMs - startedMs)} so far`
  const failures = failed > 0 ? `, ${failed} failed` : ''
  return `${total} runs: ${measured} measured${failures}, ${left} left${time}`
}

/** Measured joules, estimates and made-up ones stand apart. */
function describeEnergy({ measuredJ, estimatedJ, syntheticJ, unknown }: EnergySoFar): string[] {
  const parts = [
    ...(measuredJ > 0 ? [`${formatJoules(measuredJ)} measured`] : []),
    ...(estimatedJ > 0 ? [`${formatJoules(estimatedJ)} est.`] : []),
    ...(syntheticJ > 0 ? [`${formatJoules(syntheticJ)} made up`] : []),
    ...(unknown > 0 ? [`unknown for ${unknown}`] : []),
  ]
  return parts.length === 0 ? [] : [`energy of this session ${parts.join(', ')}`]
}

function lineOf(
  { index, label, tookMs, outcome, figures }: EndedRun,
  { labelWidth, total, ...options }: { labelWidth: number; total: number } & FigureOptions,
): string {
  const number = String(index + 1).padStart(String(total).length)
  const start = `  ${number}  ${label.padEnd(labelWidth)}${formatDuration(tookMs).padStart(10)}`
  switch (outcome.status) {
    case 'measured':
      return `${start}  ${describeFigures(figures, options).join(', ')}`
    case 'failed':
      return `${start}  ${outcome.failure.code}: ${outcome.failure.message}`
    case 'skipped':
      return `${start}  skipped: ${outcome.reason}`
  }
}
