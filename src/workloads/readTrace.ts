/** Arrivals as they were recorded: a text file with one time per line, in seconds; empty lines and `#` comments are left out. */

import { readFile } from 'node:fs/promises'
import { AppError } from '../core/errors.ts'
import { whyUnreadable } from '../core/files.ts'
import { secondsToMs } from '../core/units.ts'

/** Milliseconds from the first arrival, ascending. Throws `TRACE_UNREADABLE`, also when there are fewer than `needed`. */
export async function readTrace(path: string, needed: number): Promise<number[]> {
  const lines = (await textOf(path)).split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim())
  const offsetsMs = lines.flatMap((line, index) => {
    if (line === '') return []
    const seconds = Number(line)
    if (Number.isFinite(seconds)) return [secondsToMs(seconds)]
    throw unreadable(path, `line ${index + 1}: expected seconds, found ${line.slice(0, 40)}`)
  })
  if (offsetsMs.length < needed) {
    throw unreadable(path, `it has ${offsetsMs.length} arrivals where n asks for ${needed}`)
  }
  const ascending = offsetsMs.sort((a, b) => a - b)
  const [firstMs = 0] = ascending
  return ascending.map((offsetMs) => offsetMs - firstMs)
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new AppError('TRACE_UNREADABLE', { path, cause: whyUnreadable(path, cause) }, { cause })
  }
}

const unreadable = (path: string, cause: string): AppError =>
  new AppError('TRACE_UNREADABLE', { path, cause })
