/** The live view of a terminal: the running experiment, its phases with their times, and what goes on right now. */

import { formatDuration } from '../../core/units.ts'
import type { Paint } from '../../report/paint.ts'
import { describeActivity, describeRest } from './describeActivity.ts'
import { describePreparation } from './describePreparation.ts'
import { describeStudyWait } from './describeStudyWait.ts'
import type { ProgressState } from './progressState.ts'

export interface LiveOptions {
  /** Columns of the terminal; no line is longer. */
  width: number
  paint: Paint
}

/** The whole view; empty between experiments when nothing is waited for. */
export function renderLive(state: ProgressState, nowMs: number, options: LiveOptions): string {
  const { current, total } = state
  const { paint } = options
  // A line as wide as the terminal would wrap in some of them.
  const cut = (text: string): string => cutText(text, options.width - 1)
  if (current === null) return cut(describeInBetween(state, nowMs))
  const running = current.phases.find(({ durationMs }) => durationMs === null)
  const phases = current.phases.flatMap((phase) => {
    const durationMs = phase.durationMs ?? nowMs - phase.startedMs
    const start = `${phaseCell(phase.name, phase === running)}${formatDuration(durationMs).padStart(8)}`
    if (phase !== running) return [paint.dim(cut(start))]
    const indent = ' '.repeat(start.length)
    return [describeActivity(current), describeRest(state, nowMs)]
      .filter((parts, index) => index === 0 || parts.length > 0)
      .map((parts, index) => cut(`${index === 0 ? start : indent}  ${parts.join(', ')}`.trimEnd()))
  })
  return [
    paint.bold(cut(`[${current.index + 1}/${total}] ${current.label}`)),
    ...(phases.length === 0 ? [cut('> starting')] : phases),
    ...current.warnings.map(({ message }) => paint.yellow(cut(`  ! ${message}`))),
  ].join('\n')
}

function describeInBetween({ rest, preparation }: ProgressState, nowMs: number): string {
  if (preparation !== null) return describePreparation(preparation, nowMs)
  return rest === null ? '' : describeStudyWait(rest, nowMs)
}

const phaseCell = (name: string, isRunning: boolean): string =>
  `${isRunning ? '>' : ' '} ${name.padEnd(12)}`

/** The first line of a text in at most `width` columns; what was cut off shows as dots. */
function cutText(text: string, width: number): string {
  const [line = ''] = text.split('\n')
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 3))}...`
}
