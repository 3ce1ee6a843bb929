/** What may end a program before it ends by itself: the wall clock, silence, and its caller. */

import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from './clock.ts'

export interface ProcessLimits {
  timeoutMs: number
  silenceMs: number | null
  signal?: AbortSignal
  clock: Clock
}

export type Breach = 'wall-clock' | 'silence' | 'aborted'

/** Watches the limits until `stop`; `breached` resolves with the first that ran out. */
export function watchLimits({ timeoutMs, silenceMs, signal, clock }: ProcessLimits) {
  const stopped = new AbortController()
  const startedMs = clock.nowMs()
  let heardMs = startedMs
  const until = async (dueMs: () => number): Promise<void> => {
    for (;;) {
      const restMs = dueMs() - clock.nowMs()
      if (restMs <= 0) return
      await clock.sleep(restMs, stopped.signal)
      // What was printed while this process itself was held up (Ctrl-Z) is read before anyone is called silent.
      await turn()
    }
  }
  const breached = new Promise<Breach>((resolve) => {
    // Ended because the program exited first: then there is nothing to say.
    const ignore = (): void => {}
    until(() => startedMs + timeoutMs).then(() => resolve('wall-clock'), ignore)
    if (silenceMs !== null) until(() => heardMs + silenceMs).then(() => resolve('silence'), ignore)
    const onAbort = (): void => resolve('aborted')
    signal?.addEventListener('abort', onAbort, { once: true, signal: stopped.signal })
  })
  return {
    breached,
    heard: (): void => {
      heardMs = clock.nowMs()
    },
    stop: (): void => stopped.abort(),
  }
}
