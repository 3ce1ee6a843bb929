/** What a person reads after a study of several experiments: one line each, side by side, and what to be careful about. */

import type { Summary } from '../store/summaryFile.ts'
import { type ComparedExperiment, type CompareOptions, compareRuns } from './compareRuns.ts'
import { compareTable } from './compareTable.ts'
import { counted } from './counted.ts'
import { paintFor } from './paint.ts'
import { renderWarningKinds, type WarningKind } from './renderWarningKinds.ts'
import type { ReportOptions } from './textReport.ts'
import { wrapMarked, wrapWords } from './wrapRow.ts'

export interface StudyReportOptions extends ReportOptions, CompareOptions {
  /** Of what the results warn, the most frequent first. */
  warnings: readonly WarningKind[]
}

/** The study as text. Ends with a newline. */
export function renderStudy(summary: Summary, options: StudyReportOptions): string {
  const { width, isColor, directory, warnings } = options
  const paint = paintFor(isColor)
  const experiments = compareRuns(summary.rows, options)
  const notes = notesOf(experiments, directory).flatMap((note) => wrapMarked('  - ', note, width))
  return `${[
    [
      ...wrapWords(titleOf(summary), width).map(paint.bold),
      ...compareTable(experiments, { width, paint }),
    ],
    ...(notes.length === 0 ? [] : [[paint.bold('Mind'), ...notes]]),
    ...(warnings.length === 0
      ? []
      : [[paint.bold('Warnings'), ...renderWarningKinds(warnings, width)]]),
    [`${paint.bold('Files')}  ${directory} (summary.csv, and a directory for each run)`],
  ]
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`
}

function titleOf(summary: Summary): string {
  const { name, experiments, total, measured, failed, skipped, status } = summary
  const cycles = total / experiments
  const parts = [
    `${counted(experiments, 'experiment')}${cycles === 1 ? '' : ` x ${cycles} cycles`}`,
    `${measured} of ${total} ${cycles === 1 ? '' : 'runs '}measured`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} left over${whyLeft(status)}`] : []),
  ]
  return `${name}: ${parts.join(', ')}`
}

const whyLeft = (status: Summary['status']): string =>
  status === null || status === 'completed' ? '' : ` (${status.replaceAll('_', ' ')})`

function notesOf(experiments: readonly ComparedExperiment[], directory: string): string[] {
  const measured = experiments.filter((experiment) => experiment.measured > 0)
  const compared = measured.filter((experiment) => experiment.compared > 0)
  const estimated = compared.filter(({ isEstimate }) => isEstimate)
  return [
    ...(estimated.length > 0
      ? [
          estimated.length === compared.length
            ? 'The joules are estimates from a model of the CPU, not measurements: do not compare them with measured ones.'
            : 'Some joules are estimates and some are measured: do not compare the two.',
        ]
      : []),
    ...(compared.some(({ isSynthetic }) => isSynthetic)
      ? ['Some joules come from no sensor of this machine: they are made up.']
      : []),
    ...limitedNotes(measured, directory),
    ...spreadNotes(compared),
  ]
}

function limitedNotes(measured: readonly ComparedExperiment[], directory: string): string[] {
  const limited = measured.filter(({ clientLimited }) => clientLimited > 0)
  if (limited.length === 0) return []
  const isLeftOut = limited.some(({ compared, measured: all }) => compared < all)
  return [
    `Where it says client limited, the load client passed a limit of its own: what was slow may have been the client and not the server. ${
      isLeftOut
        ? `These runs are not compared; their own results are complete, and llem resume ${directory} --include-client-limited compares them all the same.`
        : 'Do not believe a difference between these lines and others.'
    }`,
    'For runs that can be compared, give the client more processes (load.processes) or free cores, or lower the load (load.rate_per_second, load.concurrency); clientLimits in result.json names the limit, and llem bench-client tries a load beforehand.',
  ]
}

function spreadNotes(compared: readonly ComparedExperiment[]): string[] {
  if (compared.length === 0) return []
  return compared.some((experiment) => experiment.compared < 2)
    ? [
        'A single run does not say how much runs differ: set execution.n_cycles to 5 or more before you believe a small difference.',
      ]
    : ['+- is the 95 % interval of the mean over cycles; it does not cover the gain of the sensor.']
}
