/** Tells once a second that something is still being waited for: a worker that is silent for long is taken for dead. */

import type { WorkerContext } from '../../../core/context.ts'

const gapMs = 1000

export async function tellWhile<T>(
  label: string,
  work: Promise<T>,
  { clock, emit }: WorkerContext,
): Promise<T> {
  const over = new AbortController()
  const startMs = clock.nowMs()
  const tell = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(gapMs, over.signal)
      const done = clock.nowMs() - startMs
      emit({ type: 'progress', label, done, total: null, unit: 'ms' })
    }
  }
  // It ends with the work, which is no failure.
  tell().catch(() => {})
  try {
    return await work
  } finally {
    over.abort()
  }
}
