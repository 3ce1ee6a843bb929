/**
 * Writes `power.parquet` while the readings come, on the sampler's thread: the measured process must not stand still for
 * it. The file has its name only when it is whole.
 */

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import type { PowerTableWriter } from '../../store/powerTableWriter.ts'
import { readingWidth } from './sampleBlock.ts'

export interface TableStream {
  /** Keeps the readings of a block, and writes when there are enough and `mayWrite`. Never throws. */
  add(readings: Float64Array, mayWrite: boolean): void
  /** Writes what is left and gives the file its name. Rejects with what the system said of the first write that failed. */
  finish(): Promise<void>
  /** Leaves nothing behind unless it was finished. */
  discard(): void
}

/** Kept before the writer is loaded: no run of some minutes needs it before its end. */
const enoughRows = 50_000

export function tableStream(path: string, domains: readonly EnergyDomain[]): TableStream {
  const partial = `${path}.partial`
  let file: number | null = null
  let failure: unknown = null
  let kept: Float64Array[] = []
  let keptRows = 0
  let loading: Promise<PowerTableWriter> | null = null
  let writer: PowerTableWriter | null = null
  const attempt = (work: () => void): void => {
    if (failure !== null) return
    try {
      work()
    } catch (cause) {
      failure = cause
      kept = []
    }
  }
  attempt(() => {
    file = openSync(partial, 'w')
  })
  const load = (): Promise<PowerTableWriter> => {
    loading ??= import('../../store/powerTableWriter.ts').then(({ powerTableWriter }) => {
      writer = powerTableWriter((bytes) => writeAll(file, bytes), domains)
      return writer
    })
    return loading
  }
  return {
    add(readings, mayWrite) {
      if (file === null || failure !== null) return
      kept.push(readings.slice())
      keptRows += readings.length / readingWidth
      if (!mayWrite || keptRows < enoughRows) return
      // Loading it takes longer than a tick: the next block finds it there.
      if (writer === null) return void load().catch(() => {})
      const into = writer
      attempt(() => drain(into, kept.splice(0)))
      keptRows = 0
    },
    async finish() {
      const into = await load()
      attempt(() => {
        drain(into, kept.splice(0))
        into.finish()
        if (file === null) return
        fsyncSync(file)
        closeSync(file)
        file = null
        renameSync(partial, path)
      })
      if (failure !== null) throw failure
    },
    discard() {
      if (file === null) return
      closeSync(file)
      file = null
      rmSync(partial, { force: true })
    },
  }
}

function drain(writer: PowerTableWriter, blocks: readonly Float64Array[]): void {
  for (const rows of blocks) {
    for (let at = 0; at < rows.length; at += readingWidth) {
      const joules = rows[at + 2] ?? Number.NaN
      const watts = rows[at + 3] ?? Number.NaN
      if (writer.add(rows[at] ?? 0, rows[at + 1] ?? 0, joules, watts)) writer.flush()
    }
  }
}

function writeAll(file: number | null, bytes: Uint8Array): void {
  if (file === null) return
  for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from)
}
