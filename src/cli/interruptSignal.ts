/** Ctrl-C as signals: the first ends what runs cleanly, the second kills it, and a third does not wait for that. */

import { AppError, exitCodes } from '../core/errors.ts'
import type { Io } from './io.ts'

export interface InterruptSignal extends Disposable {
  signal: AbortSignal
  /** Aborts at the second Ctrl-C. */
  killSignal: AbortSignal
}

/** Listens until disposed. `onFirst` is called once, to tell the person what happens now. */
export function interruptSignal(io: Io, onFirst: () => void): InterruptSignal {
  const ending = new AbortController()
  const killing = new AbortController()
  const stop = io.onInterrupt(() => {
    if (killing.signal.aborted) return io.exit(exitCodes.interrupted)
    if (ending.signal.aborted) return killing.abort()
    ending.abort(new AppError('INTERRUPTED', { doing: 'measuring' }))
    onFirst()
  })
  return { signal: ending.signal, killSignal: killing.signal, [Symbol.dispose]: stop }
}
