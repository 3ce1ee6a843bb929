/** The live view of a terminal: the study as a whole, the running experiment with its phases or a line for each of several, and what goes on right now. */

import { formatDuration } from '../../core/units.ts'
import type { Paint } from '../../report/paint.ts'
import { describeActivity, describeRest } from './describeActivity.ts'
import { describePreparation } from './describePreparation.ts'
import { describeStudyWait } from './describeStudyWait.ts'
import { estimateRunRest } from './estimateRest.ts'
import { progressBar, shareOf, shareOfRest, shareOfRun } from './progressBar.ts'
import type { ProgressState, RunningExperiment } from './progressState.ts'
import { studyTable } from './studyTable.ts'

export interface LiveOptions {
  /** Columns of the terminal; no line is longer. */
  width: number
  /** Rows of the terminal; the view has fewer lines. */
  height: number
  paint: Paint
}

/** The whole view; empty between experiments when nothing is waited for and the study has one run. */
export function renderLive(state: ProgressState, nowMs: number, options: LiveOptions): string {
  const { paint } = options
  // A line as wide as the terminal would wrap in some of them, and a view as high would scroll.
  const cut = (text: string): string => cutText(text, options.width - 1)
  const rows = options.height - 1
  const isMany = state.total > 1
  const running = runningLines(state, { nowMs, cut, paint, rows: isMany ? rows - 2 : rows })
  if (!isMany) return running.join('\n')
  const table = studyTable(state, nowMs, { rows: rows - running.length, cut, paint })
  return [...table, ...running].join('\n')
}

interface Frame {
  nowMs: number
  cut(text: string): string
  paint: Paint
  rows: number
}

/** One run with its phases, or a line for each of several; and what is waited for. */
function runningLines(state: ProgressState, frame: Frame): string[] {
  const { running, total } = state
  const [only] = running
  const waits = betweenLines(state, frame.nowMs).map(frame.cut)
  if (only === undefined) return waits
  if (running.length > 1) return severalLines(state, frame, waits)
  return [...soleLines(only, total, { ...frame, rows: frame.rows - waits.length }), ...waits]
}

/** The longest-running first; those there is no room for are counted. */
function severalLines({ running, total }: ProgressState, frame: Frame, waits: string[]): string[] {
  const room = Math.max(0, frame.rows - waits.length)
  const shown = running.length <= room ? running : running.slice(0, Math.max(0, room - 1))
  const labelWidth = Math.max(...shown.map(({ label }) => label.length), 0)
  const lines = shown.map((run) => {
    const start = `[${run.index + 1}/${total}] ${run.label.padEnd(labelWidth)}`
    return frame.cut(`${start}  ${nowOf(run, frame.nowMs)}`)
  })
  const hidden = running.length - shown.length
  const more = hidden > 0 ? [frame.cut(`and ${hidden} more`)] : []
  return [...lines, ...more, ...waits].slice(0, Math.max(0, frame.rows))
}

/** What a run does, on one line. */
function nowOf(run: RunningExperiment, nowMs: number): string {
  const phase = run.phases.find(({ durationMs }) => durationMs === null)
  if (phase === undefined) return '> starting'
  const told = [...describeActivity(run), ...describeRest(estimateRunRest(run, nowMs))].join(', ')
  const cell = phaseCell(phase.name, true, nowMs - phase.startedMs)
  return [cell, ...progressBar(shareOfRun(run), 10), told].join('  ').trimEnd()
}

function betweenLines({ rest, preparation }: ProgressState, nowMs: number): string[] {
  if (preparation !== null) {
    const bar = progressBar(shareOf(preparation.done, preparation.total))
    return [[...bar, describePreparation(preparation, nowMs)].join('  ')]
  }
  if (rest === null) return []
  return [[...progressBar(shareOfRest(rest, nowMs)), describeStudyWait(rest, nowMs)].join('  ')]
}

/** Its name, the phase that runs, and as much of what lies behind it as there is room for. */
function soleLines(current: RunningExperiment, total: number, frame: Frame): string[] {
  const { cut, paint, nowMs } = frame
  const title = paint.bold(cut(`[${current.index + 1}/${total}] ${current.label}`))
  const phase = current.phases.find(({ durationMs }) => durationMs === null)
  const now = phase === undefined ? [cut('> starting')] : activeLines(phase, current, frame)
  const warnings = current.warnings.map(({ message }) => paint.yellow(cut(`  ! ${message}`)))
  const ended = current.phases
    .filter(({ durationMs }) => durationMs !== null)
    .map(({ name, durationMs, startedMs }) =>
      paint.dim(cut(phaseCell(name, false, durationMs ?? nowMs - startedMs))),
    )
  const room = Math.max(0, frame.rows - 1 - now.length)
  const told = warnings.slice(0, room)
  const past = room === told.length ? [] : ended.slice(-(room - told.length))
  return [title, ...past, ...now, ...told].slice(0, Math.max(0, frame.rows))
}

/** What the phase does, and how long it will go on. */
function activeLines(
  { name, startedMs }: RunningExperiment['phases'][number],
  current: RunningExperiment,
  { nowMs, cut }: Frame,
): string[] {
  const start = phaseCell(name, true, nowMs - startedMs)
  const indent = ' '.repeat(start.length)
  const bar = progressBar(shareOfRun(current))
  const activity = [...bar, describeActivity(current).join(', ')].join('  ')
  return [activity, describeRest(estimateRunRest(current, nowMs)).join(', ')]
    .filter((text, index) => index === 0 || text !== '')
    .map((text, index) => cut(`${index === 0 ? start : indent}  ${text}`.trimEnd()))
}

const phaseCell = (name: string, isRunning: boolean, durationMs: number): string =>
  `${isRunning ? '>' : ' '} ${name.padEnd(12)}${formatDuration(durationMs).padStart(8)}`

/** The first line of a text in at most `width` columns; what was cut off shows as dots. */
function cutText(text: string, width: number): string {
  const [line = ''] = text.split('\n')
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 3))}...`
}
