/** Thread program: wakes at a rate and does nothing, then tells its CPU time. What any sampler costs on this machine at least. */

import { parentPort, workerData } from 'node:worker_threads'
import { monotonicClock as clock } from '../core/clock.ts'
import { secondsToMs } from '../core/units.ts'
import { threadCpu } from '../measure/sampler/threadCpu.ts'

const { wakesPerSecond, seconds }: { wakesPerSecond: number; seconds: number } = workerData
const readCpuMs = threadCpu()
const cell = new Int32Array(new SharedArrayBuffer(4))
const startMs = clock.nowMs()
const startCpuMs = readCpuMs()
for (let wake = 1; wake <= wakesPerSecond * seconds; wake++) {
  const leftMs = startMs + secondsToMs(wake / wakesPerSecond) - clock.nowMs()
  if (leftMs > 0) Atomics.wait(cell, 0, 0, leftMs)
}
const endCpuMs = readCpuMs()
parentPort?.postMessage(
  startCpuMs === null || endCpuMs === null ? null : (endCpuMs - startCpuMs) / secondsToMs(seconds),
)
