/** How readings travel between threads: rows of numbers in one buffer that is handed over, not copied value by value. */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import type { Tick } from './sampleLoop.ts'

export interface SampleBlock {
  /** Rows of [index of the domain, atMs, joules, watts]; NaN stands for null, inside this format only. */
  readings: Float64Array<ArrayBuffer>
  /** Rows of [deadlineMs, wokeMs]. */
  ticks: Float64Array<ArrayBuffer>
}

export interface BlockWriter {
  add(tick: Tick): void
  /** Everything added since the last call, and forgets it. */
  take(): SampleBlock
}

const readingWidth = 4
const tickWidth = 2

export function blockWriter(domains: readonly EnergyDomain[]): BlockWriter {
  const indexes = new Map(domains.map(({ id }, index) => [id, index]))
  const readings = rowBuffer()
  const ticks = rowBuffer()
  return {
    add(tick) {
      ticks.push(tick.deadlineMs, tick.wokeMs)
      for (const { domain, atMs, joules, watts } of tick.readings) {
        const index = indexes.get(domain)
        if (index === undefined) continue
        readings.push(index, atMs, joules ?? Number.NaN, watts ?? Number.NaN)
      }
    },
    take: () => ({ readings: readings.take(), ticks: ticks.take() }),
  }
}

export function decodeReadings(
  { readings }: SampleBlock,
  domains: readonly EnergyDomain[],
): EnergyReading[] {
  return rowsOf(readings, readingWidth).map(([index = 0, atMs = 0, joules, watts]) => ({
    domain: domains[index]?.id ?? '',
    atMs,
    joules: finiteOrNull(joules),
    watts: finiteOrNull(watts),
  }))
}

export function decodeTicks({ ticks }: SampleBlock): { deadlineMs: number; wokeMs: number }[] {
  return rowsOf(ticks, tickWidth).map(([deadlineMs = 0, wokeMs = 0]) => ({ deadlineMs, wokeMs }))
}

/** Numbers in a buffer that doubles when it is full. */
function rowBuffer() {
  let values = new Float64Array(4096)
  let length = 0
  return {
    push(...row: readonly number[]): void {
      if (length + row.length > values.length) {
        const larger = new Float64Array(values.length * 2)
        larger.set(values)
        values = larger
      }
      for (const value of row) values[length++] = value
    },
    take(): Float64Array<ArrayBuffer> {
      const taken = values.slice(0, length)
      length = 0
      return taken
    },
  }
}

function rowsOf(values: Float64Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width)),
  )
}

const finiteOrNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value
