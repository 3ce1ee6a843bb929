/** Power of NVIDIA boards through the command nvidia-smi, for systems where the driver's library cannot be loaded. */

import { join } from 'node:path'
import type { Availability } from '../../core/availability.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { messageOf } from '../../core/errors.ts'
import { findProgram } from '../../core/findProgram.ts'
import { warn } from '../../core/warnings.ts'
import type { EnergyContext, EnergyMeter } from '../energySource.ts'
import { findVisibleGpus } from './findVisibleGpus.ts'
import { parseSmiRow, type SmiRow } from './parseSmiRow.ts'
import { findSensorCard } from './sensorCards.ts'

/** As often as boards publish. */
const loopMs = 100
/** A command that says nothing for so long has no news any more. */
const staleMs = 2000
const queryTimeoutMs = 8000
/** Until the meter is disposed: longer than any run. */
const endlessMs = 2 ** 40

/** Which power the command knows, the better first: old ones know one word for it. */
const powerColumns = ['power.draw.instant', 'power.draw'] as const
type PowerColumn = (typeof powerColumns)[number]

/** Null when the command is not there or knows no board with power either. */
export async function probeNvidiaSmi(
  ctx: EnergyContext,
  cause: string,
): Promise<Availability | null> {
  const found = await query(ctx)
  if (found === null) return null
  const names = visibleRows(found.rows, ctx).map(({ id, row }) => `${id} ${row.name}`)
  if (names.length === 0) return null
  return {
    status: 'available',
    detail: `${names.join(', ')} (power only, by the command nvidia-smi: ${cause})`,
  }
}

/** Null as `probeNvidiaSmi`. The command runs until the meter is disposed. */
export async function openNvidiaSmi(
  ctx: EnergyContext,
  cause: string,
): Promise<EnergyMeter | null> {
  const found = await query(ctx)
  const gpus = found === null ? [] : visibleRows(found.rows, ctx)
  if (found === null || gpus.length === 0) return null
  const { column } = found
  const latest = new Map<string, { watts: number | null; atMs: number }>()
  const note = (row: SmiRow | null): void => {
    if (row !== null) latest.set(row.uuid, { watts: row.watts, atMs: ctx.clock.nowMs() })
  }
  for (const { row } of gpus) note(row)
  const stop = new AbortController()
  const ended = run(ctx, {
    args: [...queryArguments(column), `--loop-ms=${loopMs}`],
    timeoutMs: endlessMs,
    signal: stop.signal,
    onLine: (line) => note(parseSmiRow(line)),
    // Its readings are null from then on.
  }).catch(() => null)
  return {
    domains: gpus.map(({ id, row }) => domainOf(id, row, { column, cause })),
    readsInBackground: true,
    read: () =>
      gpus.map(({ id, row }) => {
        const atMs = ctx.clock.nowMs()
        const held = latest.get(row.uuid)
        const isFresh = held !== undefined && atMs - held.atMs <= staleMs
        return { domain: id, atMs, joules: null, watts: isFresh ? held.watts : null }
      }),
    warnings: () => [warn('GPU_READ_BY_COMMAND', { cause })],
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

interface Query {
  column: PowerColumn
  rows: SmiRow[]
}

async function query(ctx: EnergyContext): Promise<Query | null> {
  for (const column of powerColumns) {
    const rows: SmiRow[] = []
    const exit = await run(ctx, {
      args: queryArguments(column),
      timeoutMs: queryTimeoutMs,
      onLine(line) {
        const row = parseSmiRow(line)
        if (row !== null) rows.push(row)
      },
    }).catch(messageOf)
    if (exit === null || typeof exit === 'string') return null
    if (exit.code === 0 && rows.some(({ watts }) => watts !== null)) return { column, rows }
  }
  return null
}

const queryArguments = (column: PowerColumn): string[] => [
  `--query-gpu=uuid,pci.bus_id,${column},name`,
  '--format=csv,noheader,nounits',
]

interface Run {
  args: readonly string[]
  timeoutMs: number
  signal?: AbortSignal
  onLine(line: string): void
}

/** Null when the command is not there. */
async function run({ root, env, clock }: EnergyContext, { args, ...limits }: Run) {
  // Looked for first: starting a command that is not there takes as long as starting one that is.
  const program = findProgram('nvidia-smi', root === '/' ? env : { PATH: join(root, 'usr/bin') })
  if (program === null) return null
  // Loaded when it is needed: every worker opens this file, and hardly one starts the command.
  const { runProgram } = await import('../../core/process.ts')
  return runProgram({ argv: [program, ...args], env, clock, silenceMs: null, ...limits })
}

function visibleRows(rows: readonly SmiRow[], { env }: EnergyContext) {
  const { gpus } = findVisibleGpus({ boards: rows, env, migParent: () => null })
  return gpus.flatMap(({ board }, i) => (board === null ? [] : [{ id: `gpu${i}`, row: board }]))
}

function domainOf(
  id: string,
  { uuid, name }: SmiRow,
  { column, cause }: { column: PowerColumn; cause: string },
): EnergyDomain {
  const reading = column === 'power.draw.instant' ? 'instant' : 'average'
  const card = findSensorCard({ name, architecture: null, reading })
  return {
    id,
    source: 'nvml',
    scope: 'board',
    method: 'power',
    isSynthetic: false,
    sensor: `nvidia-smi ${column} (in place of libnvidia-ml: ${cause})`,
    deviceId: uuid,
    contains: [],
    updatePeriodMs: Math.max(loopMs, card?.updatePeriodMs ?? loopMs),
    averagingWindowMs: card?.averagingWindowMs ?? null,
    observedShare: card?.observedShare ?? null,
    // How long the command takes to print a value is not known.
    lagMs: null,
    resolutionW: 0.01,
    wrapsAtJ: null,
    gainUncertainty: card?.gainUncertainty ?? 0.05,
  }
}
