/** Tells how far a long transfer is: at most twice a second, and nothing of one that takes less. */

import type { WorkerContext } from './context.ts'

interface Transfer {
  /** What is being waited for. */
  label: string
  totalBytes: number
  ctx: Pick<WorkerContext, 'clock' | 'emit'>
}

const leastGapMs = 500

/** Call it with the bytes done so far, as often as you like. */
export function byteProgress({ label, totalBytes, ctx }: Transfer): (doneBytes: number) => void {
  let toldMs = ctx.clock.nowMs()
  return (doneBytes) => {
    const nowMs = ctx.clock.nowMs()
    if (nowMs - toldMs < leastGapMs) return
    toldMs = nowMs
    ctx.emit({ type: 'progress', label, done: doneBytes, total: totalBytes, unit: 'bytes' })
  }
}
