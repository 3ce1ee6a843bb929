/**
 * Keeps the readings that the summary needs in bounded memory: all of them for the usual run; of a long one, what is far
 * from the ends of every phase is condensed. The counters lose nothing by it (docs/methodology.md, Long runs).
 */

import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { EnergyReading } from '../../energy/energySource.ts'
import { condense } from './condense.ts'
import { decodeReadings, readingWidth, type SampleBlock, tickWidth } from './sampleBlock.ts'
import type { CpuSample } from './samplerMessages.ts'
import { thinningRows } from './thinningRows.ts'

/** A stretch of time. */
export interface Stretch {
  startMs: number
  endMs: number
  /** Highest power by domain where the watts are means; null where they are as read. */
  peaksW: Float64Array | null
}

/** The readings of a stretch: rows from one place in the store to another. */
export interface Chunk extends Stretch {
  from: number
  to: number
}

export interface StoredTick {
  deadlineMs: number
  wokeMs: number
  /** How many ticks it stands for. */
  count: number
}

export interface ReadingStore {
  /** Copies the block. */
  add(block: Omit<SampleBlock, 'inUse'>, cpu: CpuSample | null): void
  /** Those at or after a moment, and some before; in order of time. */
  since(atMs: number): EnergyReading[]
  all(): EnergyReading[]
  ticks(): StoredTick[]
  cpu(): CpuSample[]
}

export interface StoreOptions {
  domains: () => readonly EnergyDomain[]
  /** Moments around which everything is kept: the ends of phases. */
  marks: () => readonly number[]
  /** Rows that are kept before anything is condensed. */
  mostRows?: number
}

/** 2 domains read 20 times a second for 19 minutes, or 16 for two. */
const usualRows = 45_000
/** The end of a window is not known before it has passed. */
const recentMs = 10_000
/** Around each mark: the quiet times of a window lie between the end of one phase and the start of the next. */
const marginMs = { before: 2000, after: 6000 }
/** Stretches are condensed into one, of this length first and at most. */
const stretchesMs = { first: 4000, longest: 240_000 }
const mostTicks = 50_000
const mostCpuSamples = 5000

export function readingStore(options: StoreOptions): ReadingStore {
  const { domains, marks, mostRows = usualRows } = options
  let values = new Float64Array(4096 * readingWidth)
  let used = 0
  /** What the last shrinking left. */
  let leastLength = 0
  const chunks: Chunk[] = []
  /** How many of them are as short as they get at this length of stretches. */
  let settled = 0
  let stretchMs = stretchesMs.first
  const ticks = thinningRows(mostTicks)
  const cpu = thinningRows(mostCpuSamples)

  /** Field by field: V8 keeps something of every object that is made of two others, for as long as a minute. */
  const place = ({ startMs, endMs, peaksW }: Stretch, rows: Float64Array): Chunk => {
    values.set(rows, used)
    const from = used
    used += rows.length
    return { startMs, endMs, from, to: used, peaksW }
  }
  const shrink = (): void => {
    const isFree = freeUntil((chunks.at(-1)?.endMs ?? 0) - recentMs, marks())
    const runs = runsOf(chunks.slice(settled), isFree, stretchMs)
    used = chunks[settled]?.from ?? 0
    // What comes of a run is no longer than the run, so it is written over what was read already.
    const shrunk = runs.map((run) => {
      const [only] = run
      if (run.length === 1) return place(only, values.subarray(only.from, only.to))
      const stretch = condense(run, values, domains())
      return place(stretch, stretch.rows)
    })
    chunks.splice(settled, chunks.length - settled, ...shrunk)
    // The last stretch may still grow, those before it do not.
    settled = Math.max(
      settled,
      chunks.findLastIndex(({ peaksW }) => peaksW !== null),
    )
    if (used > 0.75 * mostRows * readingWidth && stretchMs < stretchesMs.longest) {
      stretchMs = Math.min(stretchesMs.longest, 2 * stretchMs)
      settled = 0
    }
  }
  const makeRoom = (length: number): void => {
    const mostLength = mostRows * readingWidth
    // What could not be condensed is not looked at again at every block.
    if (used + length > Math.max(mostLength, 1.25 * leastLength)) {
      shrink()
      leastLength = used
    }
    if (used + length <= values.length) return
    const larger = new Float64Array(Math.max(used + length, 2 * values.length))
    larger.set(values)
    values = larger
  }
  const decode = (some: readonly Chunk[]): EnergyReading[] =>
    some.flatMap((chunk) => decodeChunk(chunk, values, domains())).sort((a, b) => a.atMs - b.atMs)
  return {
    add(block, cpuSample) {
      makeRoom(block.readings.length)
      chunks.push(place(stretchOf(block, cpuSample, chunks.at(-1)?.endMs ?? null), block.readings))
      for (let at = 0; at < block.ticks.length; at += tickWidth) {
        ticks.add(block.ticks[at] ?? 0, block.ticks[at + 1] ?? 0)
      }
      if (cpuSample !== null) cpu.add(cpuSample.atMs, cpuSample.cpuMs)
    },
    since: (atMs) => decode(chunks.filter(({ endMs }) => endMs >= atMs - stampSlackMs)),
    all: () => decode(chunks),
    ticks: () =>
      ticks
        .rows()
        .map(({ first, second, count }) => ({ deadlineMs: first, wokeMs: second, count })),
    cpu: () => cpu.rows().map(({ first, second }) => ({ atMs: first, cpuMs: second })),
  }
}

/** From the end of the block before to its own last tick. */
function stretchOf(
  { ticks }: Pick<SampleBlock, 'ticks'>,
  cpu: CpuSample | null,
  previousMs: number | null,
): Stretch {
  const endMs = ticks.at(-1) ?? cpu?.atMs ?? previousMs ?? 0
  return { startMs: previousMs ?? ticks[1] ?? endMs, endMs, peaksW: null }
}

/** A source may stamp a reading earlier than the tick that brought it. */
const stampSlackMs = 2000

/** Tests whether a chunk is old enough and far enough from every mark to be condensed. */
const freeUntil =
  (untilMs: number, marks: readonly number[]) =>
  ({ startMs, endMs }: Chunk): boolean =>
    endMs < untilMs &&
    marks.every((mark) => endMs < mark - marginMs.before || startMs > mark + marginMs.after)

/** Neighbors that may be condensed, as long as they are no longer than the stretch together; everything else alone. */
function runsOf(
  chunks: readonly Chunk[],
  isFree: (chunk: Chunk) => boolean,
  stretchMs: number,
): [Chunk, ...Chunk[]][] {
  const runs: [Chunk, ...Chunk[]][] = []
  let open: [Chunk, ...Chunk[]] | null = null
  for (const chunk of chunks) {
    const isJoined = open !== null && isFree(chunk) && chunk.endMs - open[0].startMs <= stretchMs
    if (isJoined) {
      open?.push(chunk)
      continue
    }
    const run: [Chunk, ...Chunk[]] = [chunk]
    runs.push(run)
    open = isFree(chunk) ? run : null
  }
  return runs
}

function decodeChunk(
  { from, to, peaksW }: Chunk,
  values: Float64Array,
  domains: readonly EnergyDomain[],
): EnergyReading[] {
  const decoded = decodeReadings(values.subarray(from, to), domains)
  if (peaksW === null) return decoded
  const peaks = new Map(domains.map(({ id }, index) => [id, peaksW[index]]))
  return decoded.map((reading) => {
    const peakW = peaks.get(reading.domain)
    return reading.watts === null || peakW === undefined ? reading : { ...reading, peakW }
  })
}
