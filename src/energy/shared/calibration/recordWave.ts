/** Switches a load in a square wave, reads the sensors that show it every millisecond meanwhile, and ends it. */

import type { Clock } from '../../../core/clock.ts'
import type { SwitchedLoad } from '../../energySource.ts'
import type { WaveEdge, WaveReading } from './fitSensor.ts'

export interface WavePlan {
  edges: number
  /** Length of each half of the wave: between this and a quarter more, so that no sensor is in step with it. */
  halfMs: number
}

export interface Wave {
  edges: WaveEdge[]
  /** How much earlier an edge may have been at the most; null when unknown. */
  edgesWithinMs: number | null
  /** By id of the domain. */
  readings: Map<string, WaveReading[]>
}

const pollMs = 1
/** The event loop gets a turn this often, for sources that read in the background and what a load has to say. */
const turnMs = 20

/** A load that ends by itself has fewer edges, and says why. */
export async function recordWave(
  load: SwitchedLoad,
  { edges: edgeCount, halfMs }: WavePlan,
  { clock, signal, onEdge }: { clock: Clock; signal: AbortSignal; onEdge(done: number): void },
): Promise<Wave> {
  const readings: Wave['readings'] = new Map()
  const pause = new Int32Array(new SharedArrayBuffer(4))
  let told = 0
  let turnedMs = clock.nowMs()
  let edgeMs = turnedMs + 2 * halfMs
  try {
    while (told < edgeCount && load.failure() === null) {
      signal.throwIfAborted()
      const nowMs = clock.nowMs()
      if (nowMs >= edgeMs) {
        load.set(told % 2 === 0)
        onEdge(++told)
        edgeMs += halfMs * (1 + 0.25 * Math.random())
      }
      readInto(readings, load)
      if (nowMs - turnedMs > turnMs) {
        await new Promise((resolve) => setImmediate(resolve))
        turnedMs = nowMs
      }
      Atomics.wait(pause, 0, 0, pollMs)
    }
  } finally {
    await load[Symbol.asyncDispose]()
  }
  const edges = load.edges()
  const within = edges.flatMap(({ withinMs }) => withinMs ?? [])
  return {
    edges: edges.map(({ atMs }, index) => ({ atMs, isRise: index % 2 === 0 })),
    edgesWithinMs: within.length === 0 ? null : Math.max(...within),
    readings,
  }
}

function readInto(readings: Wave['readings'], load: SwitchedLoad): void {
  for (const { domain, atMs, joules, watts } of load.read()) {
    const own = readings.get(domain)
    if (own === undefined) readings.set(domain, [{ atMs, joules, watts }])
    else own.push({ atMs, joules, watts })
  }
}
