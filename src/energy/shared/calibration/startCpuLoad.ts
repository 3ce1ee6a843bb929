/** Starts the load of the CPU: a thread for each core that it keeps busy. */

import { Worker } from 'node:worker_threads'
import type { Clock } from '../../../core/clock.ts'
import { programs } from '../../../core/programs.ts'
import type { EnergyReading, LoadEdge, SwitchedLoad } from '../../energySource.ts'
import { setLoadState } from './setLoadState.ts'

interface CpuLoadOptions {
  cores: number
  clock: Clock
  read(): EnergyReading[]
}

export function startCpuLoad({ cores, clock, read }: CpuLoadOptions): SwitchedLoad {
  const state = new Int32Array(new SharedArrayBuffer(8))
  const threads = Array.from(
    { length: cores },
    () => new Worker(programs.waveLoadThread, { workerData: { state }, stdout: true }),
  )
  const edges: LoadEdge[] = []
  return {
    set(isHigh) {
      setLoadState(state, isHigh ? 1 : 0)
      edges.push({ atMs: clock.nowMs(), withinMs: null })
    },
    edges: () => edges,
    failure: () => null,
    read,
    async [Symbol.asyncDispose]() {
      setLoadState(state, 2)
      await Promise.all(threads.map((thread) => thread.terminate()))
    },
  }
}
