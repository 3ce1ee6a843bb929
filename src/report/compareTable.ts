/** The experiments of a study side by side: a line each, or the figures under the label where both do not fit. */

import { formatNumber } from '../core/units.ts'
import type { Interval } from '../stats/interval.ts'
import type { ComparedExperiment } from './compareRuns.ts'
import type { TextOptions } from './renderWarnings.ts'
import { wrapParts, wrapWords } from './wrapRow.ts'

/** Lines of the table, its heading first. Labels and figures are whole, whatever the width. */
export function compareTable(
  experiments: readonly ComparedExperiment[],
  { width, paint }: TextOptions,
): string[] {
  const layout = layoutOf(experiments, width)
  return [
    ...headingOf(layout),
    ...experiments.flatMap((experiment) => {
      const lines = linesOf(experiment, layout)
      return experiment.measured === 0 ? lines.map(paint.red) : lines
    }),
  ]
}

interface Column {
  /** What it is of, above the title; absent where the title says it. */
  above?: string
  title: string
  text(experiment: ComparedExperiment): string
}

/** Joules first: they are what the study is about. The spread stands beside them, for the rest it is in summary.csv. */
const columns: readonly Column[] = [
  { title: 'J/token', text: ({ joulesPerOutputToken }) => meanText(joulesPerOutputToken) },
  { title: '+-', text: ({ joulesPerOutputToken }) => spreadText(joulesPerOutputToken) },
  { title: 'tokens/s', text: ({ outputTokensPerSecond }) => meanText(outputTokensPerSecond) },
  { title: '+-', text: ({ outputTokensPerSecond }) => spreadText(outputTokensPerSecond) },
  {
    above: 'TTFT',
    title: 'p50 ms',
    text: ({ timeToFirstTokenP50Ms }) => meanText(timeToFirstTokenP50Ms),
  },
  {
    above: 'ITL',
    title: 'p50 ms',
    text: ({ interTokenLatencyP50Ms }) => meanText(interTokenLatencyP50Ms),
  },
]
const gap = '  '
const narrowestText = 20

interface Layout {
  width: number
  numberWidth: number
  labelWidth: number
  columnWidths: readonly number[]
  /** Whether every label fits beside its figures. */
  isBeside: boolean
}

function layoutOf(experiments: readonly ComparedExperiment[], width: number): Layout {
  const compared = experiments.filter((experiment) => experiment.compared > 0)
  const columnWidths = columns.map(({ title, text }) => longest([title, ...compared.map(text)]))
  const labelWidth = longest(['experiment', ...experiments.map(({ label }) => label)])
  const numberWidth = longest(experiments.map(({ number }) => String(number)))
  const parts = [numberWidth, labelWidth, ...columnWidths]
  const needed = parts.reduce((sum, part) => sum + gap.length + part, 0)
  return { width, numberWidth, labelWidth, columnWidths, isBeside: needed <= width }
}

const longest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, text.length), 0)

function headingOf({ numberWidth, labelWidth, columnWidths, isBeside }: Layout): string[] {
  const label = isBeside ? `${gap}${'experiment'.padEnd(labelWidth)}` : ''
  const start = `${gap}${'#'.padStart(numberWidth)}${label}`
  const above = columns.map((column) => column.above ?? '')
  const titles = columns.map(({ title }) => title)
  return [
    `${' '.repeat(start.length)}${cellLine(above, columnWidths)}`,
    `${start}${cellLine(titles, columnWidths)}`,
  ]
}

const cellLine = (cells: readonly string[], widths: readonly number[]): string =>
  cells.map((cell, index) => `${gap}${cell.padStart(widths[index] ?? 0)}`).join('')

function linesOf(experiment: ComparedExperiment, layout: Layout): string[] {
  const { width, numberWidth, labelWidth, isBeside } = layout
  const number = `${gap}${String(experiment.number).padStart(numberWidth)}`
  const indent = ' '.repeat(number.length)
  const room = Math.max(narrowestText, width - indent.length - gap.length)
  const figures = figuresOf(experiment, layout)
  const lines = isBeside
    ? [`${number}${gap}${experiment.label.padEnd(labelWidth)}${figures}`]
    : [
        ...wrapParts(experiment.label.split(' '), room).map(
          (line, index) => `${index === 0 ? number : indent}${gap}${line}`,
        ),
        `${indent}${figures}`,
      ]
  const marks = marksOf(experiment)
  if (marks === '') return lines
  const last = `${lines.at(-1)}${gap}${marks}`
  return last.length <= width
    ? [...lines.slice(0, -1), last]
    : [...lines, ...wrapWords(marks, room).map((line) => `${indent}${gap}${line}`)]
}

function figuresOf(experiment: ComparedExperiment, { columnWidths }: Layout): string {
  const { measured, compared, failureCode } = experiment
  if (measured === 0) return `${gap}failed: ${failureCode ?? 'unknown'}`
  if (compared === 0) return `${gap}client limited`
  const cells = columns.map(({ text }) => text(experiment))
  return cellLine(cells, columnWidths)
}

const meanText = (figure: Interval | null): string =>
  figure === null ? 'unknown' : formatNumber(figure.mean)

const spreadText = (figure: Interval | null): string =>
  figure?.halfWidth == null ? '-' : formatNumber(figure.halfWidth, 2)

/** What is special about these figures, in parentheses; empty for nothing. */
function marksOf(experiment: ComparedExperiment): string {
  const { measured, compared, clientLimited, failed, requests, unfinishedRequests } = experiment
  const share = clientLimited < measured ? `${clientLimited} of ${measured} ` : ''
  const leftOut = compared < measured ? ', left out' : ''
  const marks = [
    ...(unfinishedRequests > 0 ? [`${unfinishedRequests} of ${requests} requests failed`] : []),
    ...(compared > 0 && clientLimited > 0 ? [`${share}client limited${leftOut}`] : []),
    ...(failed > 0 && measured > 0 ? [`${failed} of ${measured + failed} runs failed`] : []),
  ]
  return marks.length === 0 ? '' : `(${marks.join('; ')})`
}
