/** How readings travel between threads: rows of numbers in memory that both share and that is used again and again. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import type { Tick } from './sampleLoop.ts'

export interface SampleBlock {
  /** Rows of [index of the domain, atMs, joules, watts]; NaN stands for null, inside this format only. */
  readings: Float64Array
  /** Rows of [deadlineMs, wokeMs]. */
  ticks: Float64Array
  /** 1 until whoever received it has copied what it needs and sets 0. */
  inUse: Int32Array
}

export interface BlockWriter {
  add(tick: Tick): void
  /** Everything added since the last call, and forgets it. */
  take(): SampleBlock
}

/** Numbers of one reading, and of one tick. */
export const readingWidth = 4
export const tickWidth = 2

export function blockWriter(domains: readonly EnergyDomain[]): BlockWriter {
  const indexes = new Map(domains.map(({ id }, index) => [id, index]))
  const takeShared = sharedBlocks()
  const readings = rowBuffer()
  const ticks = rowBuffer()
  return {
    add(tick) {
      ticks.add(tick.deadlineMs, tick.wokeMs)
      for (let at = 0; at < tick.readings.length; at++) {
        const reading = tick.readings[at]
        if (reading === undefined) continue
        const { domain, atMs, joules, watts } = reading
        // Meters read in the order of their domains, so that most are found where they are expected.
        const index = domains[at]?.id === domain ? at : indexes.get(domain)
        if (index === undefined) continue
        readings.add(index, atMs)
        readings.add(joules ?? Number.NaN, watts ?? Number.NaN)
      }
    },
    take() {
      const block = takeShared(readings.values(), ticks.values())
      readings.clear()
      ticks.clear()
      return block
    },
  }
}

export function decodeReadings(
  readings: Float64Array,
  domains: readonly EnergyDomain[],
): EnergyReading[] {
  return Array.from({ length: readings.length / readingWidth }, (_, row) => {
    const at = row * readingWidth
    return {
      domain: domains[readings[at] ?? 0]?.id ?? '',
      atMs: readings[at + 1] ?? 0,
      joules: finiteOrNull(readings[at + 2]),
      watts: finiteOrNull(readings[at + 3]),
    }
  })
}

/** Numbers in a buffer that doubles when it is full. */
function rowBuffer() {
  let values = new Float64Array(4096)
  let length = 0
  return {
    add(first: number, second: number): void {
      if (length + 2 > values.length) {
        const larger = new Float64Array(values.length * 2)
        larger.set(values)
        values = larger
      }
      values[length++] = first
      values[length++] = second
    },
    values: () => values.subarray(0, length),
    clear(): void {
      length = 0
    },
  }
}

/** Room for a flag, which takes as much as a number. */
const flagBytes = 8

/** Blocks that are no longer in use are taken again: a day of readings leaves nothing to collect. */
function sharedBlocks() {
  const pool: SharedArrayBuffer[] = []
  return (readings: Float64Array, ticks: Float64Array): SampleBlock => {
    const neededBytes = flagBytes + readings.byteLength + ticks.byteLength
    let memory = pool.find(
      (one) => one.byteLength >= neededBytes && Atomics.load(new Int32Array(one), 0) === 0,
    )
    if (memory === undefined) {
      // Blocks are of nearly one size: a little more lets the next one fit.
      memory = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(neededBytes)))
      pool.push(memory)
    }
    const inUse = new Int32Array(memory, 0, 1)
    Atomics.store(inUse, 0, 1)
    const copy = (values: Float64Array, fromBytes: number): Float64Array => {
      const shared = new Float64Array(memory, fromBytes, values.length)
      shared.set(values)
      return shared
    }
    return {
      readings: copy(readings, flagBytes),
      ticks: copy(ticks, flagBytes + readings.byteLength),
      inUse,
    }
  }
}

const finiteOrNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value
