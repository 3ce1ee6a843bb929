/** `power.parquet`: every reading of every sensor as it was read, so that any figure can be computed again. */

import { readFile } from 'node:fs/promises'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { z } from 'zod'
import { type EnergyDomain, energyDomainSchema } from '../core/energyDomain.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { writeFileInParts } from '../core/files.ts'
import { domainsKey, type PowerRow } from './powerTableFormat.ts'
import { powerTableWriter } from './powerTableWriter.ts'

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
  const indexes = new Map(domains.map(({ id }, index) => [id, index]))
  await writeFileInParts(path, async (write) => {
    const parts: Uint8Array[] = []
    const table = powerTableWriter((bytes) => void parts.push(bytes.slice()), domains)
    for (const { domain, atMs, joules, watts } of readings) {
      const index = indexes.get(domain)
      if (index === undefined) continue
      if (table.add(index, atMs, joules ?? Number.NaN, watts ?? Number.NaN)) table.flush()
      for (const part of parts.splice(0)) await write(part)
    }
    table.finish()
    for (const part of parts) await write(part)
  })
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
