/** Reads a recorded trace of sensor readings: a run's `power.parquet`, or a CSV with the same columns. */

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type EnergyDomain, energyDomainSchema } from '../../core/energyDomain.ts'

export interface PowerTrace {
  /** As the file describes them; null when it does not. */
  domains: EnergyDomain[] | null
  rows: TraceRow[]
}

const number = z.number().nullable()
const rowSchema = z.object({ domain: z.string(), at_ms: z.number(), joules: number, watts: number })
export type TraceRow = z.infer<typeof rowSchema>

/** Throws an `Error` that says what is wrong with the file. */
export async function loadPowerTrace(path: string): Promise<PowerTrace> {
  const bytes = await readFile(path)
  if (path.endsWith('.csv')) return { domains: null, rows: parseCsv(bytes.toString('utf8')) }
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet')
  const buffer = new Uint8Array(bytes).buffer
  const text = parquetMetadata(buffer).key_value_metadata?.find(({ key }) => key === domainsKey)
  const rows = await parquetReadObjects({ file: buffer, columns: [...columns] })
  return {
    domains: text?.value === undefined ? null : parseDomains(text.value),
    rows: z.array(rowSchema).parse(rows),
  }
}

const columns = ['domain', 'at_ms', 'joules', 'watts'] as const
/** Where store/powerTable.ts keeps them. */
const domainsKey = 'llem.domains'

const parseDomains = (text: string): EnergyDomain[] =>
  z.array(energyDomainSchema).parse(JSON.parse(text))

/** Columns in any order and others beside them; an empty cell is null. No quotes: nothing in these columns needs them. */
function parseCsv(text: string): TraceRow[] {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '')
  const names = head.split(',').map((name) => name.trim())
  const missing = columns.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new Error(`expected the columns ${columns.join(', ')}, found no ${missing.join(', ')}`)
  }
  return lines.map((line, i) => {
    const cells = line.split(',').map((cell) => cell.trim())
    const cellOf = (name: (typeof columns)[number]): string => cells[names.indexOf(name)] ?? ''
    const numberOf = (name: (typeof columns)[number]): number | null => {
      const cell = cellOf(name)
      if (cell !== '' && !Number.isFinite(Number(cell))) {
        throw new Error(`row ${i + 1}: expected a number in ${name}, found "${cell}"`)
      }
      return cell === '' ? null : Number(cell)
    }
    const atMs = numberOf('at_ms')
    if (atMs === null) throw new Error(`row ${i + 1}: expected a number in at_ms, found none`)
    const [joules, watts] = [numberOf('joules'), numberOf('watts')]
    return { domain: cellOf('domain'), at_ms: atMs, joules, watts }
  })
}
