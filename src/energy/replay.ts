/** Source without a sensor: plays the readings of an earlier run again, at the times they had then. */

import { z } from 'zod'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { warn } from '../core/warnings.ts'
import type { EnergySource } from './energySource.ts'
import { loadPowerTrace, type PowerTrace, type TraceRow } from './shared/loadPowerTrace.ts'

const options = z.strictObject({
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'the power.parquet of a run, or a .csv with the columns domain, at_ms, joules, watts (empty: no reading)',
    ),
})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'replay',
  title: 'Replayed trace',
  docs: "Plays a recorded trace again, as raw as it was recorded: its first reading is at the moment of opening, each reading holds until the next, and past the end there is none. It measures nothing and its figures say so. Use it to try an analysis on a real sensor's behavior. Never chosen by auto.",
  options,
  kind: 'synthetic',
  async probe(_ctx, options) {
    const file = options?.file
    const what = {
      status: 'available',
      detail: 'plays the trace that energy.replay.file names',
    } as const
    const trace = file === undefined ? null : await readTrace(file)
    return typeof trace === 'string' ? { status: 'unavailable', reason: trace, fix } : what
  },
  async open({ file }, { clock }) {
    if (file === undefined) throw unavailable('energy.replay.file is not set')
    const trace = await readTrace(file)
    if (typeof trace === 'string') throw unavailable(trace)
    const series = seriesOf(trace.rows)
    const domains = [...series].map(([id, rows]) => domainOf(id, rows, trace, file))
    // The latest of the first readings: at the moment of opening every domain has one.
    const traceStartMs = Math.max(...[...series.values()].map(([first]) => first?.at_ms ?? 0))
    const traceEndMs = Math.max(...[...series.values()].map((rows) => rows.at(-1)?.at_ms ?? 0))
    const startMs = clock.nowMs()
    return {
      domains,
      readsInBackground: false,
      read: () =>
        [...series].map(([domain, rows]) => {
          const atMs = clock.nowMs()
          const playedMs = traceStartMs + atMs - startMs
          const row = playedMs > traceEndMs ? null : lastAt(rows, playedMs)
          return { domain, atMs, joules: row?.joules ?? null, watts: row?.watts ?? null }
        }),
      warnings: () => (trace.domains === null ? [warn('REPLAY_DOMAINS_INFERRED', { file })] : []),
      async [Symbol.asyncDispose]() {},
    }
  },
}

const fix =
  'Set energy.replay.file to the power.parquet of a run, or to a .csv with the columns domain, at_ms, joules, watts.'

const unavailable = (reason: string): AppError =>
  new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'replay', reason, fix })

/** A string says why it cannot be played. */
async function readTrace(file: string): Promise<PowerTrace | string> {
  try {
    const trace = await loadPowerTrace(file)
    return trace.rows.length === 0 ? `${file} holds no readings` : trace
  } catch (thrown) {
    return `${file}: ${messageOf(thrown)}`
  }
}

/** Rows of each domain in the order of time. */
function seriesOf(rows: readonly TraceRow[]): Map<string, TraceRow[]> {
  const series = new Map<string, TraceRow[]>()
  for (const row of rows.toSorted((a, b) => a.at_ms - b.at_ms)) {
    const known = series.get(row.domain)
    if (known === undefined) series.set(row.domain, [row])
    else known.push(row)
  }
  return series
}

/** The last row at or before a time, by bisection; null when the first is later. */
function lastAt(rows: readonly TraceRow[], atMs: number): TraceRow | null {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.at_ms ?? Number.POSITIVE_INFINITY) <= atMs) low = middle + 1
    else high = middle
  }
  return rows[low - 1] ?? null
}

function domainOf(
  id: string,
  rows: readonly TraceRow[],
  { domains, rows: all }: PowerTrace,
  file: string,
): EnergyDomain {
  const recorded = domains?.find((domain) => domain.id === id) ?? inferred(id, rows)
  return {
    ...recorded,
    source: 'replay',
    isSynthetic: true,
    sensor: `${file}${recorded.sensor === undefined ? '' : `: ${recorded.sensor}`}`,
    contains: recorded.contains.filter((other) => all.some(({ domain }) => domain === other)),
  }
}

const inferred = (id: string, rows: readonly TraceRow[]): EnergyDomain => ({
  id,
  source: 'replay',
  scope: scopeOf(id),
  method: rows.some(({ joules }) => joules !== null) ? 'counter' : 'power',
  isSynthetic: true,
  deviceId: null,
  contains: [],
  updatePeriodMs: null,
  wrapsAtJ: null,
  gainUncertainty: assumedUncertainty,
})

/** Where the file says nothing: that of most sensors we know. */
const assumedUncertainty = 0.05

/** By the ids that our own sources give. */
function scopeOf(id: string): EnergyDomain['scope'] {
  return scopes.find(([pattern]) => pattern.test(id))?.[1] ?? 'system'
}
const scopes = [
  [/^module|-module$/, 'module'],
  [/-memory$/, 'memory'],
  [/-chip$/, 'part'],
  [/^(amd|intel)?gpu/, 'board'],
  [/^cpu/, 'package'],
  [/^cores/, 'core'],
  [/^uncore/, 'uncore'],
  [/^dram/, 'dram'],
  [/^chassis/, 'chassis'],
  [/^wall/, 'wall'],
] as const
