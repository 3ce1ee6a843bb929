/** Writes the rows of `power.parquet` as they come, in groups of bounded size: a day of readings needs no more memory than a minute. */

import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { columnUnits, domainsKey, type PowerRow, unitsKey } from './powerTableFormat.ts'

export interface PowerTableWriter {
  /** Keeps rows, and hands a group over when there are enough. */
  add(rows: readonly PowerRow[]): Promise<void>
  /** Hands over what is left and the directory of the file. Nothing can be added any more. */
  finish(): Promise<void>
}

/** Rows of one group: a minute of 16 domains at 100 readings a second. Their directory stays in memory to the end. */
const groupRows = 100_000

/** `write` takes the bytes of the file in order. */
export function powerTableWriter(
  write: (bytes: Uint8Array) => Promise<void>,
  domains: readonly EnergyDomain[],
): PowerTableWriter {
  const bytes = new ByteWriter()
  const flush = async (): Promise<void> => {
    const part = bytes.getBytes()
    if (part.length > 0) await write(part)
    // The buffer is used again; `offset`, the place in the file, goes on.
    bytes.index = 0
  }
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: 'root', num_children: 4 },
      { name: 'domain', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'at_ms', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'joules', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'watts', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ],
    kvMetadata: [
      { key: domainsKey, value: JSON.stringify(domains) },
      { key: unitsKey, value: JSON.stringify(columnUnits) },
    ],
  })
  let kept: PowerRow[] = []
  const writeGroup = async (rows: readonly PowerRow[]): Promise<void> => {
    await parquet.write({ columnData: columnsOf(rows), rowGroupSize: groupRows })
    await flush()
  }
  return {
    async add(rows) {
      for (const row of rows) {
        kept.push(row)
        if (kept.length < groupRows) continue
        const group = kept
        kept = []
        await writeGroup(group)
      }
    },
    async finish() {
      if (kept.length > 0) await writeGroup(kept)
      kept = []
      await parquet.finish()
      await flush()
    },
  }
}

function columnsOf(rows: readonly PowerRow[]) {
  // Where pages begin would be kept of every group to the end, and nobody looks for a page of a group this small.
  const common = { offsetIndex: false }
  return [
    { ...common, name: 'domain', data: rows.map(({ domain }) => domain) },
    { ...common, name: 'at_ms', data: rows.map(({ atMs }) => atMs) },
    { ...common, name: 'joules', data: rows.map(({ joules }) => joules) },
    { ...common, name: 'watts', data: rows.map(({ watts }) => watts) },
  ]
}
