/** Rows of a dataset file, one at a time, so that a large file is read only as far as needed. */

import { open } from 'node:fs/promises'
import { isRecord } from '../core/json.ts'

/** One row, or null for a line that is no JSON object. */
export type Row = Readonly<Record<string, unknown>> | null

export function readRows(path: string): AsyncIterable<Row> {
  return path.endsWith('.parquet') ? readParquet(path) : readJsonLines(path)
}

async function* readJsonLines(path: string): AsyncIterable<Row> {
  const file = await open(path)
  try {
    for await (const line of file.readLines({ autoClose: false })) {
      const text = line.replace(/^\uFEFF/, '').trim()
      if (text !== '') yield parseLine(text)
    }
  } finally {
    await file.close()
  }
}

function parseLine(text: string): Row {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    // The reader of the rows counts lines that are not JSON.
    return null
  }
}

/** Rows read at a time: a row group may have a million. */
const batchRows = 1000

async function* readParquet(path: string): AsyncIterable<Row> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import(
    'hyparquet'
  )
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const rowCount = Number(metadata.num_rows)
  for (let rowStart = 0; rowStart < rowCount; rowStart += batchRows) {
    const rowEnd = Math.min(rowCount, rowStart + batchRows)
    for (const row of await parquetReadObjects({ file, metadata, rowStart, rowEnd })) yield row
  }
}
