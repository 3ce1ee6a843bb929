import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readPowerTable } from '../../store/powerTable.ts'
import { energyDomain } from '../../testing/powerTrace.ts'
import { tableStream } from './tableStream.ts'

const domains = [energyDomain({ id: 'gpu0' }), energyDomain({ id: 'cpu0' })]

/** 500 readings of both. */
const block = (from: number): Float64Array =>
  Float64Array.from(
    Array.from({ length: 1000 }, (_, index) => [
      index % 2,
      from + index,
      index % 2 === 0 ? from + index / 4 : Number.NaN,
      index % 7 === 0 ? Number.NaN : 100 + index,
    ]).flat(),
  )

test('readings that come in blocks over a long time are in the file, in order, once it is finished', async (t) => {
  const directory = await directoryFor(t)
  const path = join(directory, 'power.parquet')
  const stream = tableStream(path, domains)
  for (let number = 0; number < 120; number++) stream.add(block(1000 * number), true)
  // While it is written it has another name: whoever kills it now leaves no table.
  assert.deepEqual(await readdir(directory), ['power.parquet.partial'])
  await stream.finish()
  assert.deepEqual(await readdir(directory), ['power.parquet'])
  const { readings, domains: read } = await readPowerTable(path)
  assert.equal(readings.length, 120_000)
  assert.deepEqual(read, domains)
  assert.deepEqual(readings[7], { domain: 'cpu0', atMs: 7, joules: null, watts: null })
  assert.equal(readings.at(-2)?.joules, 119_000 + 998 / 4)
  assert.ok(readings.every(({ atMs }, index) => atMs === index))
})

test('a run that is given up leaves nothing', async (t) => {
  const directory = await directoryFor(t)
  const stream = tableStream(join(directory, 'power.parquet'), domains)
  stream.add(block(0), true)
  stream.discard()
  assert.deepEqual(await readdir(directory), [])
})

test('a file that cannot be made is told of at the end, and reading goes on meanwhile', async (t) => {
  const directory = await directoryFor(t)
  const stream = tableStream(join(directory, 'missing', 'power.parquet'), domains)
  stream.add(block(0), true)
  await assert.rejects(stream.finish(), /ENOENT/)
})

async function directoryFor(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'llem-stream-'))
  t.after(() => rm(directory, { recursive: true }))
  return directory
}
