/** What a person reads of a plan before GPU hours are spent: one screen, however large the study is. */

import { describeProblem } from '../core/problem.ts'
import type { PlannedBackend, PlanSummary } from '../store/planSummary.ts'
import { counted } from './counted.ts'
import { describeRunner } from './describeRunner.ts'
import { paintFor } from './paint.ts'
import { type NeedRow, needRows } from './planNeeds.ts'
import { wrapRow, wrapWords } from './wrapRow.ts'

export interface PlanReportOptions {
  /** Columns of the terminal. */
  width: number
  isColor: boolean
}

/** The plan as text. `labels` are those of all experiments, in their order. Ends with a newline. */
export function renderPlan(
  summary: PlanSummary,
  labels: readonly string[],
  { width, isColor }: PlanReportOptions,
): string {
  const paint = paintFor(isColor)
  const section = (title: string, rows: readonly NeedRow[]): string[] => [
    ...wrapWords(title, width).map(paint.bold),
    ...rows.flatMap((row) => rowLines(row, { width, paint })),
  ]
  return `${[
    section(titleOf(summary), sweepRows(summary)),
    section('Experiments', experimentRows(labels)),
    ...(summary.skipped.count > 0 ? [section(skippedTitle(summary), skippedRows(summary))] : []),
    ...(summary.merged.length > 0 ? [section(mergedTitle(summary), mergedRows(summary))] : []),
    section('Where', backendRows(summary)),
    section('Needs', needRows(summary)),
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** So many of each are shown: together they fit on one screen. */
const mostAxes = 6
const firstExperiments = 3
const lastExperiments = 2
const mostReasons = 2
const mostMerged = 1
const mostBackends = 3
/** Longer texts are cut: `--json` has them whole. */
const longestText = 110

function rowLines(
  { label, text, isBad }: NeedRow,
  { width, paint }: { width: number; paint: ReturnType<typeof paintFor> },
): string[] {
  const lines = wrapRow(label, text, width)
  return isBad ? lines.map(paint.red) : lines
}

const cutText = (text: string): string =>
  text.length <= longestText ? text : `${text.slice(0, longestText - 3)}...`

function titleOf({ name, file, experiments, cycles, runs, order }: PlanSummary): string {
  const what = counted(experiments, 'experiment')
  const times = cycles === 1 ? '' : ` x ${cycles} cycles = ${runs} runs`
  const order_ = runs === 1 ? '' : `, ${order}`
  return `${name}${file === null ? '' : ` (${file})`}: ${what}${times}${order_}`
}

function sweepRows({ axes }: PlanSummary): NeedRow[] {
  if (axes.length === 0) return []
  const texts = axes.slice(0, mostAxes).map(({ key, kind, backend, values }) => {
    const what = counted(values, kind === 'axis' ? 'value' : 'alternative')
    return `${key}: ${what}${backend === null ? '' : ` for ${backend}`}`
  })
  const others = axes.length - texts.length
  return [
    { label: 'sweep', text: [...texts, ...(others > 0 ? [`and ${others} more`] : [])].join('; ') },
  ]
}

/** The first and the last few, by their numbers. */
function experimentRows(labels: readonly string[]): NeedRow[] {
  const row = (label: string, index: number) => ({
    label: String(index + 1),
    text: cutText(label),
  })
  if (labels.length <= firstExperiments + lastExperiments + 1) return labels.map(row)
  const lastFrom = labels.length - lastExperiments
  return [
    ...labels.slice(0, firstExperiments).map(row),
    ...moreRow(lastFrom - firstExperiments),
    ...labels.slice(lastFrom).map((label, index) => row(label, lastFrom + index)),
  ]
}

const moreRow = (count: number): NeedRow[] =>
  count > 0 ? [{ label: '...', text: `${count} more` }] : []

const skippedTitle = ({ skipped, combinations }: PlanSummary): string =>
  `Skipped: ${skipped.count} of ${combinations} combinations cannot run`

function skippedRows({ skipped: { reasons } }: PlanSummary): NeedRow[] {
  const rows = reasons
    .slice(0, mostReasons)
    .map(({ count, problem }) => ({ label: `${count} x`, text: cutText(describeProblem(problem)) }))
  return [...rows, ...moreRow(reasons.length - rows.length)]
}

function mergedTitle({ merged }: PlanSummary): string {
  const count = merged.reduce((sum, one) => sum + one.count, 0)
  return `Merged: ${count} declared again, and run once`
}

function mergedRows({ merged }: PlanSummary): NeedRow[] {
  const rows = merged.slice(0, mostMerged).map(({ label, count, origins }) => {
    const others = count - origins.length
    const more = others > 0 ? ` and ${others} more` : ''
    return { label: `${count} x`, text: cutText(`${label}: ${origins.join(', ')}${more}`) }
  })
  return [...rows, ...moreRow(merged.length - rows.length)]
}

function backendRows({ backends }: PlanSummary): NeedRow[] {
  const rows = backends.slice(0, mostBackends).map(backendRow)
  return [...rows, ...moreRow(backends.length - rows.length)]
}

function backendRow({ name, experiments, runner }: PlannedBackend): NeedRow {
  return {
    label: name,
    text: `${describeRunner(runner)} (${counted(experiments, 'experiment')})`,
  }
}
