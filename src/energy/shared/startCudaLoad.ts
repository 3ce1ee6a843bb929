/** Starts the load of one NVIDIA GPU on a thread of its own, so that waiting for the GPU holds up nobody who reads. */

import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import { messageOf } from '../../core/errors.ts'
import { programs } from '../../core/programs.ts'
import { within } from '../../core/within.ts'
import type { EnergyReading, LoadEdge, SwitchedLoad } from '../energySource.ts'
import { setLoadState } from './calibration/setLoadState.ts'
import type { CudaLoadData, FromCudaLoad } from './cudaLoadThread.ts'

interface CudaLoadOptions {
  root: string
  busId: string
  clock: Clock
  read(): EnergyReading[]
  /** For tests. */
  program?: URL
}

/** Without persistence mode a machine of many GPUs wakes all of them first, which takes up to half a minute. */
const openTimeoutMs = 60_000
/** A thread that does not end within this time hangs in a driver call and is left behind. */
const closeTimeoutMs = 5000

/** A string says why the GPU cannot be loaded. */
export async function startCudaLoad(options: CudaLoadOptions): Promise<SwitchedLoad | string> {
  const { root, busId, clock, read, program = programs.cudaLoadThread } = options
  const state = new Int32Array(new SharedArrayBuffer(4))
  const workerData: CudaLoadData = { state, root, busId }
  const thread = new Worker(program, { workerData, stdout: true })
  const { seen, fail, opened, ended } = listen(thread, state)
  const end = async (): Promise<void> => {
    setLoadState(state, 2)
    if (!(await within(ended, closeTimeoutMs, clock))) fail(silentFor(closeTimeoutMs))
    thread.unref()
  }
  if (!(await within(opened, openTimeoutMs, clock))) fail(silentFor(openTimeoutMs))
  if (seen.failure !== null) {
    await end()
    return seen.failure
  }
  return {
    set: (isHigh) => setLoadState(state, isHigh ? 1 : 0),
    edges: () => seen.edges,
    failure: () => seen.failure,
    read,
    [Symbol.asyncDispose]: end,
  }
}

function listen(thread: Worker, state: CudaLoadData['state']) {
  const seen: { edges: LoadEdge[]; failure: string | null } = { edges: [], failure: null }
  const fail = (reason: string): void => {
    seen.failure ??= reason
  }
  const ended = new Promise<void>((resolve) => {
    thread.on('exit', (code) => {
      if (Atomics.load(state, 0) !== 2) fail(`its thread ended with code ${code}`)
      resolve()
    })
  })
  const ready = new Promise<void>((resolve) => {
    thread.on('message', (message: FromCudaLoad) => {
      if (message.type === 'ready') resolve()
      if (message.type === 'edge') seen.edges.push(message.edge)
      if (message.type === 'failed') fail(message.reason)
    })
  })
  thread.on('error', (thrown) => fail(messageOf(thrown)))
  // A thread that fails ends.
  return { seen, fail, opened: Promise.race([ready, ended]), ended }
}

const silentFor = (timeoutMs: number): string =>
  `its driver has not answered for ${timeoutMs / 1000} s; see what it says: sudo dmesg | grep NVRM`
