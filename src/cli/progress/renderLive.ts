/** The live view of a terminal: the study as a whole, the running experiment with its phases, and what goes on right now. */

import { formatDuration } from '../../core/units.ts'
import type { Paint } from '../../report/paint.ts'
import { describeActivity, describeRest } from './describeActivity.ts'
import { describePreparation } from './describePreparation.ts'
import { describeStudyWait } from './describeStudyWait.ts'
import { estimateRunRest } from './estimateRest.ts'
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
  const { current } = state
  const running =
    current === null
      ? betweenLines(state, nowMs).map(cut)
      : runningLines(current, state.total, { nowMs, cut, paint, rows: isMany ? rows - 2 : rows })
  if (!isMany) return running.join('\n')
  const table = studyTable(state, nowMs, { rows: rows - running.length, cut, paint })
  return [...table, ...running].join('\n')
}

function betweenLines({ rest, preparation }: ProgressState, nowMs: number): string[] {
  if (preparation !== null) return [describePreparation(preparation, nowMs)]
  return rest === null ? [] : [describeStudyWait(rest, nowMs)]
}

interface Frame {
  nowMs: number
  cut(text: string): string
  paint: Paint
  rows: number
}

/** Its name, the phase that runs, and as much of what lies behind it as there is room for. */
function runningLines(current: RunningExperiment, total: number, frame: Frame): string[] {
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
  return [describeActivity(current), describeRest(estimateRunRest(current, nowMs))]
    .filter((parts, index) => index === 0 || parts.length > 0)
    .map((parts, index) => cut(`${index === 0 ? start : indent}  ${parts.join(', ')}`.trimEnd()))
}

const phaseCell = (name: string, isRunning: boolean, durationMs: number): string =>
  `${isRunning ? '>' : ' '} ${name.padEnd(12)}${formatDuration(durationMs).padStart(8)}`

/** The first line of a text in at most `width` columns; what was cut off shows as dots. */
function cutText(text: string, width: number): string {
  const [line = ''] = text.split('\n')
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 3))}...`
}
