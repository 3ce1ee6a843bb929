/** Thread program: makes up a day of readings, writes them as the sampler does, and hands them over as it does. */

import { closeSync, openSync, writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { readingWidth } from '../measure/sampler/sampleBlock.ts'
import { powerTableWriter } from '../store/powerTableWriter.ts'
import { benchDomains, fillSecond, sampleHz } from './powerTableRows.ts'

const { path, seconds }: { path: string; seconds: number } = workerData
const rowCount = sampleHz * benchDomains.length
const shared = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length))
const block = {
  readings: shared(readingWidth * rowCount),
  ticks: shared(2 * sampleHz),
  inUse: new Int32Array(new SharedArrayBuffer(4)),
}
const file = openSync(path, 'w')
let writtenBytes = 0
// The disk is not what is measured: the file is written over and over at its beginning.
const table = powerTableWriter((bytes) => {
  writtenBytes += writeSync(file, bytes, 0, bytes.length, 0)
}, benchDomains)
for (let second = 0; second < seconds; second++) {
  Atomics.wait(block.inUse, 0, 1)
  fillSecond(second, block.readings, block.ticks)
  const { readings } = block
  for (let at = 0; at < readings.length; at += readingWidth) {
    const joules = readings[at + 2] ?? 0
    const watts = readings[at + 3] ?? 0
    if (table.add(readings[at] ?? 0, readings[at + 1] ?? 0, joules, watts)) table.flush()
  }
  Atomics.store(block.inUse, 0, 1)
  parentPort?.postMessage(block)
}
table.finish()
closeSync(file)
parentPort?.postMessage({ writtenBytes })
