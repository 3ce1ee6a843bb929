/** Thread program: keeps one NVIDIA GPU busy while a shared integer is 1, and sleeps while it is 0; ends at 2. */

import { parentPort, workerData } from 'node:worker_threads'
import { monotonicClock } from '../../core/clock.ts'
import { messageOf } from '../../core/errors.ts'
import type { LoadEdge } from '../energySource.ts'
import { type CudaLoad, openCudaLoad } from './openCudaLoad.ts'

export interface CudaLoadData {
  state: Int32Array<SharedArrayBuffer>
  root: string
  busId: string
}

export type FromCudaLoad =
  | { type: 'ready' }
  | { type: 'edge'; edge: LoadEdge }
  | { type: 'failed'; reason: string }

const { state, root, busId }: CudaLoadData = workerData
const { nowMs } = monotonicClock
const tell = (message: FromCudaLoad): void => parentPort?.postMessage(message)
const tellEdge = (earliestMs: number): void => {
  const atMs = nowMs()
  tell({ type: 'edge', edge: { atMs, withinMs: atMs - earliestMs } })
}

/** Two launches are queued all the time, so that none waits for us; the load has ended when the last of them has. */
function loadOnce(load: CudaLoad): void {
  let launchedMs = nowMs()
  load.launch(0)
  tellEdge(launchedMs)
  for (let stream = 1; Atomics.load(state, 0) === 1; stream = 1 - stream) {
    launchedMs = nowMs()
    load.launch(stream)
    load.wait(1 - stream)
  }
  load.wait(0)
  load.wait(1)
  tellEdge(launchedMs)
}

try {
  const load = await openCudaLoad(root, busId)
  tell({ type: 'ready' })
  try {
    for (;;) {
      const now = Atomics.load(state, 0)
      if (now === 2) break
      if (now === 0) Atomics.wait(state, 0, 0)
      else loadOnce(load)
    }
  } finally {
    load.close()
  }
} catch (thrown) {
  // Whoever started the thread says it, and goes on with the next GPU.
  tell({ type: 'failed', reason: messageOf(thrown) })
}
