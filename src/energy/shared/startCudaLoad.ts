/** Starts the load of one NVIDIA GPU on a thread of its own, so that waiting for the GPU holds up nobody who reads. */

import { Worker } from 'node:worker_threads'
import { messageOf } from '../../core/errors.ts'
import { programs } from '../../core/programs.ts'
import type { EnergyReading, LoadEdge, SwitchedLoad } from '../energySource.ts'
import { setLoadState } from './calibration/setLoadState.ts'
import type { CudaLoadData, FromCudaLoad } from './cudaLoadThread.ts'

interface CudaLoadOptions {
  root: string
  busId: string
  read(): EnergyReading[]
}

/** A string says why the GPU cannot be loaded. */
export async function startCudaLoad(options: CudaLoadOptions): Promise<SwitchedLoad | string> {
  const { root, busId, read } = options
  const state = new Int32Array(new SharedArrayBuffer(4))
  const workerData: CudaLoadData = { state, root, busId }
  const thread = new Worker(programs.cudaLoadThread, { workerData, stdout: true })
  const seen: { edges: LoadEdge[]; failure: string | null } = { edges: [], failure: null }
  const ended = new Promise<void>((resolve) => thread.on('exit', () => resolve()))
  const isReady = await new Promise<boolean>((resolve) => {
    const fail = (reason: string): void => {
      seen.failure ??= reason
      resolve(false)
    }
    thread.on('message', (message: FromCudaLoad) => {
      switch (message.type) {
        case 'ready':
          return resolve(true)
        case 'edge':
          return void seen.edges.push(message.edge)
        case 'failed':
          return fail(message.reason)
      }
    })
    thread.on('error', (thrown) => fail(messageOf(thrown)))
  })
  if (!isReady) {
    await ended
    return seen.failure ?? ''
  }
  return {
    set: (isHigh) => setLoadState(state, isHigh ? 1 : 0),
    edges: () => seen.edges,
    failure: () => seen.failure,
    read,
    async [Symbol.asyncDispose]() {
      setLoadState(state, 2)
      await ended
    },
  }
}
