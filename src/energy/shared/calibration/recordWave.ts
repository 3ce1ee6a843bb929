/** Puts a square wave of load on the CPU and reads sensors every millisecond meanwhile. */

import { Worker } from 'node:worker_threads'
import type { Clock } from '../../../core/clock.ts'
import { programs } from '../../../core/programs.ts'
import type { EnergyMeter } from '../../energySource.ts'
import type { WaveEdge, WaveReading } from './fitSensor.ts'

export interface WavePlan {
  /** Cores that the load keeps busy. */
  cores: number
  edges: number
  /** Length of each half of the wave: between this and a quarter more, so that no sensor is in step with it. */
  halfMs: number
}

export interface Wave {
  edges: WaveEdge[]
  /** By id of the domain. */
  readings: Map<string, WaveReading[]>
}

const pollMs = 1
/** The event loop gets a turn this often, for sources that read in the background. */
const turnMs = 20

export async function recordWave(
  meters: readonly EnergyMeter[],
  { cores, edges: edgeCount, halfMs }: WavePlan,
  { clock, signal, onEdge }: { clock: Clock; signal: AbortSignal; onEdge(done: number): void },
): Promise<Wave> {
  const state = new Int32Array(new SharedArrayBuffer(8))
  const threads = Array.from(
    { length: cores },
    () => new Worker(programs.waveLoadThread, { workerData: { state }, stdout: true }),
  )
  const wave: Wave = { edges: [], readings: new Map() }
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let turnedMs = clock.nowMs()
  let edgeMs = turnedMs + 2 * halfMs
  try {
    while (wave.edges.length < edgeCount) {
      signal.throwIfAborted()
      const nowMs = clock.nowMs()
      if (nowMs >= edgeMs) {
        const isRise = wave.edges.length % 2 === 0
        setLoad(state, isRise ? 1 : 0)
        wave.edges.push({ atMs: clock.nowMs(), isRise })
        onEdge(wave.edges.length)
        edgeMs += halfMs * (1 + 0.25 * Math.random())
      }
      for (const meter of meters) readInto(wave.readings, meter)
      if (nowMs - turnedMs > turnMs) {
        await new Promise((resolve) => setImmediate(resolve))
        turnedMs = nowMs
      }
      Atomics.wait(pause, 0, 0, pollMs)
    }
    return wave
  } finally {
    setLoad(state, 2)
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

function setLoad(state: Int32Array<SharedArrayBuffer>, value: 0 | 1 | 2): void {
  Atomics.store(state, 0, value)
  Atomics.notify(state, 0)
}

function readInto(readings: Wave['readings'], meter: EnergyMeter): void {
  for (const { domain, atMs, joules, watts } of meter.read()) {
    const own = readings.get(domain)
    if (own === undefined) readings.set(domain, [{ atMs, joules, watts }])
    else own.push({ atMs, joules, watts })
  }
}
