/** The worker's end of the tether: when its host dies, however suddenly, the worker ends with everything it started. */

import { fstatSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { programs } from './programs.ts'

export interface ParentWatchOptions {
  /** Called once the host is gone: time to close what is open. */
  onLost(): void
  /** Time between that and SIGKILL for this process and all it started, in milliseconds. */
  graceMs?: number
}

/**
 * Watches stdin, whose other end the host holds and never writes to: the kernel closes it when the host dies. Does
 * nothing when stdin is no pipe, as in a worker started by hand. A thread watches, so that an engine which blocks
 * this one is ended too; it sleeps in the kernel and costs the measurement nothing.
 */
export function watchParent({ onLost, graceMs = 5000 }: ParentWatchOptions): void {
  if (!isPipe(0)) return
  const thread = new Worker(programs.parentWatchThread, {
    workerData: graceMs,
  })
  thread.once('message', onLost)
  // Without the thread the tether is lost, which costs an orphan at worst: no reason to end a measurement.
  thread.on('error', () => {})
  thread.unref()
}

/** Node connects pipes as FIFO or as socket pair, depending on who starts whom. */
function isPipe(descriptor: number): boolean {
  const stat = fstatSync(descriptor)
  return stat.isFIFO() || stat.isSocket()
}
