/** Shows a study while it runs, on stderr: a live view on a terminal, lines elsewhere, nothing when asked to be quiet. */

import type { Clock } from '../../core/clock.ts'
import type { StudyEvent } from '../../core/events.ts'
import { paintFor } from '../../report/paint.ts'
import { canMoveCursor, heightOf, type Io, isColor, widthOf } from '../io.ts'
import { heartbeatLines, plainLines } from './plainLines.ts'
import { advance, noProgress, type ProgressState } from './progressState.ts'
import { renderLive } from './renderLive.ts'

export interface ProgressOptions {
  isQuiet: boolean
  /** Shows figures of a load client at its limit too; absent: they are left out. */
  includesClientLimited?: boolean
  /** Does not say where results are, as they go when the command ends; absent: it does. */
  isTemporary?: boolean
}

export interface Progress extends AsyncDisposable {
  show(event: StudyEvent): void
  /** A line for the person at the terminal, above the live view. */
  note(text: string): void
}

/** Drawing costs CPU that the package sensor sees: four times a second is enough for a reader. */
const redrawEveryMs = 250
const heartbeatEveryMs = 10_000

/** The view that fits stderr. Disposing ends it and leaves the terminal as it was. */
export async function openProgress(
  io: Io,
  { isQuiet, includesClientLimited = false, isTemporary = false }: ProgressOptions,
): Promise<Progress> {
  if (isQuiet) return { show() {}, note() {}, async [Symbol.asyncDispose]() {} }
  const before = { ...noProgress, includesClientLimited, isTemporary }
  return canMoveCursor(io.stderr, io.env) ? await openLive(io, before) : openPlain(io, before)
}

async function openLive({ stderr, env, clock }: Io, before: ProgressState): Promise<Progress> {
  const { createLogUpdate } = await import('log-update')
  // Hiding the cursor would need it back on every way out, a second Ctrl-C among them.
  const draw = createLogUpdate(stderr, { showCursor: true })
  const paint = paintFor(isColor(stderr, env))
  let state = before
  const redraw = (): void => {
    const view = renderLive(state, clock.nowMs(), {
      width: widthOf(stderr),
      height: heightOf(stderr),
      paint,
    })
    if (view === '') draw.clear()
    else draw(view)
  }
  const note = (text: string): void => {
    draw.clear()
    stderr.write(`${text}\n`)
  }
  const ticker = tickEvery(redrawEveryMs, clock, redraw)
  return {
    note,
    show(event) {
      const nowMs = clock.nowMs()
      if (isKept(event, state.total)) {
        for (const line of plainLines(event, state, nowMs)) note(line)
      }
      state = advance(state, event, nowMs)
    },
    async [Symbol.asyncDispose]() {
      await ticker.stop()
      draw.clear()
      draw.done()
    },
  }
}

/** What stays on the screen above the live view. */
function isKept(event: StudyEvent, total: number): boolean {
  // What was measured is in the table and in the report.
  if (event.type === 'experimentEnded') return total > 1 && event.outcome.status !== 'measured'
  if (event.type === 'prepared') return event.task === 'pull'
  return event.type === 'studyWarned' || event.type === 'runnersElevated'
}

function openPlain({ stderr, clock }: Io, before: ProgressState): Progress {
  let state = before
  let spokeMs = clock.nowMs()
  const write = (line: string): void => {
    spokeMs = clock.nowMs()
    stderr.write(`${line}\n`)
  }
  const ticker = tickEvery(heartbeatEveryMs / 10, clock, () => {
    const nowMs = clock.nowMs()
    const isQuiet = nowMs - spokeMs >= heartbeatEveryMs
    for (const line of isQuiet ? heartbeatLines(state, nowMs) : []) write(line)
  })
  return {
    note: write,
    show(event) {
      const nowMs = clock.nowMs()
      for (const line of plainLines(event, state, nowMs)) write(line)
      state = advance(state, event, nowMs)
    },
    [Symbol.asyncDispose]: () => ticker.stop(),
  }
}

function tickEvery(intervalMs: number, clock: Clock, tick: () => void) {
  const stopped = new AbortController()
  const run = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(intervalMs, stopped.signal)
      tick()
    }
  }
  // It only ends by being stopped.
  const ended = run().catch((reason) => {
    if (!stopped.signal.aborted) throw reason
  })
  return {
    async stop(): Promise<void> {
      stopped.abort()
      await ended
    },
  }
}
