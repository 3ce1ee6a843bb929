/** `power.parquet`: every reading of every sensor as it was read, so that any figure can be computed again. */

import { readFile } from 'node:fs/promises'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { z } from 'zod'
import { type EnergyDomain, energyDomainSchema } from '../core/energyDomain.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { writeFileAtomic } from '../core/files.ts'

/** One row of the table. */
export interface PowerRow {
  domain: string
  /** CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  /** Raw counter, not unwrapped; null when there was none. */
  joules: number | null
  /** Null when there was none. */
  watts: number | null
}

const columnUnits = {
  domain: 'id of a domain in llem.domains',
  at_ms: 'milliseconds of CLOCK_MONOTONIC',
  joules: 'joules, raw counter, not unwrapped; null: no reading',
  watts: 'watts; null: no reading',
}
const domainsKey = 'llem.domains'
const unitsKey = 'llem.units'

const domainsText = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(energyDomainSchema))

/** Writes the readings in their order; the domains and the units of the columns go into the key-value metadata. */
export async function writePowerTable(
  path: string,
  readings: readonly PowerRow[],
  domains: readonly EnergyDomain[],
): Promise<void> {
  const content = parquetWriteBuffer({
    columnData: [
      { name: 'domain', type: 'STRING', data: readings.map(({ domain }) => domain) },
      { name: 'at_ms', type: 'DOUBLE', data: readings.map(({ atMs }) => atMs) },
      { name: 'joules', type: 'DOUBLE', data: readings.map(({ joules }) => joules) },
      { name: 'watts', type: 'DOUBLE', data: readings.map(({ watts }) => watts) },
    ],
    kvMetadata: [
      { key: domainsKey, value: JSON.stringify(domains) },
      { key: unitsKey, value: JSON.stringify(columnUnits) },
    ],
  })
  await writeFileAtomic(path, new Uint8Array(content))
}

/** Reads what `writePowerTable` wrote; `FILE_DAMAGED` when the file is anything else. */
export async function readPowerTable(
  path: string,
): Promise<{ readings: PowerRow[]; domains: EnergyDomain[] }> {
  const bytes = await readFile(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  try {
    const metadata = parquetMetadata(file)
    const stated = metadata.key_value_metadata?.find(({ key }) => key === domainsKey)
    const domains = domainsText.parse(stated?.value)
    const rows = await parquetReadObjects({ file, metadata })
    return { readings: rows.map(parseRow), domains }
  } catch (cause) {
    throw new AppError('FILE_DAMAGED', { path, cause: messageOf(cause) }, { cause })
  }
}

function parseRow(row: Readonly<Record<string, unknown>>): PowerRow {
  const { domain, at_ms: atMs, joules, watts } = row
  if (typeof domain !== 'string' || typeof atMs !== 'number') {
    throw new TypeError('expected the columns domain and at_ms in every row')
  }
  return { domain, atMs, joules: numberOrNull(joules), watts: numberOrNull(watts) }
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)
