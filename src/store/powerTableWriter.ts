/** Writes the rows of `power.parquet` as they come, in groups of bounded size: a day of readings needs no more memory than a minute. */

import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { columnUnits, domainsKey, unitsKey } from './powerTableFormat.ts'

export interface PowerTableWriter {
  /**
   * Adds one reading of the domain with that index, NaN for none, and says whether the group is full. A full group takes
   * no more rows before `flush`.
   */
  add(domain: number, atMs: number, joules: number, watts: number): boolean
  /** Hands over the rows of the group. */
  flush(): void
  /** Hands over what is left and the directory of the file. Nothing can be added any more. */
  finish(): void
}

/** Rows of one group: half a minute of 16 domains at 100 readings a second. Their directory stays in memory to the end. */
const groupRows = 50_000

/** `write` takes the bytes of the file in order, and must be done with them when it returns. */
export function powerTableWriter(
  write: (bytes: Uint8Array) => void,
  domains: readonly Pick<EnergyDomain, 'id'>[],
): PowerTableWriter {
  const ids = domains.map(({ id }) => id)
  const bytes = new ByteWriter(1024 * 1024)
  const parquet = new ParquetWriter({ ...format(domains), writer: bytes })
  const domain = new Uint16Array(groupRows)
  const [atMs, joules, watts] = [0, 0, 0].map(() => new Float64Array(groupRows))
  if (atMs === undefined || joules === undefined || watts === undefined) throw new RangeError()
  let count = 0
  const handOver = (): void => {
    const part = bytes.getBytes()
    if (part.length > 0) write(part)
    // The buffer is used again; `offset`, the place in the file, goes on.
    bytes.index = 0
  }
  const flush = (): void => {
    if (count === 0) return
    // Done when it returns: there is a promise only for writers that have to be waited for.
    void parquet.write({
      columnData: [
        {
          ...common,
          name: 'domain',
          data: Array.from(domain.subarray(0, count), (at) => ids[at] ?? ''),
        },
        { ...common, encoding: 'PLAIN', name: 'at_ms', data: atMs.subarray(0, count) },
        { ...common, name: 'joules', data: nullable(joules.subarray(0, count)) },
        { ...common, name: 'watts', data: nullable(watts.subarray(0, count)) },
      ],
      rowGroupSize: groupRows,
    })
    count = 0
    handOver()
  }
  return {
    flush,
    add(index, readMs, readJ, readW) {
      domain[count] = index
      atMs[count] = readMs
      joules[count] = readJ
      watts[count] = readW
      return ++count === groupRows
    },
    finish() {
      flush()
      void parquet.finish()
      handOver()
    },
  }
}

/** Where pages begin, and the least and the most of each group, would be kept to the end: nobody looks for a page of these. */
const common = { offsetIndex: false, statistics: false }

function format(domains: readonly Pick<EnergyDomain, 'id'>[]) {
  return {
    schema: [
      { name: 'root', num_children: 4 },
      { name: 'domain', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'at_ms', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'joules', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'watts', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ] as const satisfies object[],
    kvMetadata: [
      { key: domainsKey, value: JSON.stringify(domains) },
      { key: unitsKey, value: JSON.stringify(columnUnits) },
    ],
  }
}

/** Numbers where none is missing, which takes a third of the memory. */
const nullable = (values: Float64Array): Float64Array | (number | null)[] =>
  values.some(Number.isNaN)
    ? Array.from(values, (value) => (Number.isNaN(value) ? null : value))
    : values
