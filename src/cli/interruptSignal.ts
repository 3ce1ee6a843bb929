/** Ctrl-C as a signal: the first ends what runs cleanly, the second ends the process. */

import { AppError, exitCodes } from '../core/errors.ts'
import type { Io } from './io.ts'

export interface InterruptSignal extends Disposable {
  signal: AbortSignal
}

/** Listens until disposed. `onFirst` is called once, to tell the person what happens now. */
export function interruptSignal(io: Io, onFirst: () => void): InterruptSignal {
  const controller = new AbortController()
  const stop = io.onInterrupt(() => {
    if (controller.signal.aborted) return io.exit(exitCodes.interrupted)
    controller.abort(new AppError('INTERRUPTED', { doing: 'measuring' }))
    onFirst()
  })
  return { signal: controller.signal, [Symbol.dispose]: stop }
}
