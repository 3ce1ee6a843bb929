import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parquetMetadata } from 'hyparquet'
import { AppError } from '../core/errors.ts'
import { counterTrace, energyDomain, losing, powerTrace } from '../testing/powerTrace.ts'
import { readPowerTable, writePowerTable } from './powerTable.ts'
import { powerTableWriter } from './powerTableWriter.ts'

const domains = [energyDomain(), energyDomain({ id: 'cpu0', method: 'power', scope: 'package' })]
const readings = [
  ...losing(counterTrace({ powerW: 101.3, endMs: 60_000, everyMs: 10 }), (atMs) => atMs > 50_000),
  ...powerTrace({ domain: 'cpu0', powerW: 1 / 3, endMs: 60_000, everyMs: 10 }),
]

test('readings come back as they were, nulls and order kept', async (t) => {
  const path = await pathIn(t)
  await writePowerTable(path, readings, domains)
  assert.deepEqual(await readPowerTable(path), { readings, domains })
})

test('rows that come in parts are written in groups of bounded size and come back in order', async (t) => {
  const path = await pathIn(t)
  const many = powerTrace({
    domain: 'cpu0',
    powerW: (atMs) => atMs % 97,
    endMs: 250_000,
    everyMs: 1,
  })
  const parts: Uint8Array[] = []
  const table = powerTableWriter((bytes) => void parts.push(bytes.slice()), domains)
  for (const { atMs, watts } of many) {
    if (table.add(1, atMs, Number.NaN, watts ?? Number.NaN)) table.flush()
  }
  assert.equal(parts.length, 5)
  table.finish()
  await writeFile(path, parts)
  assert.deepEqual(await readPowerTable(path), { readings: many, domains })
})

test('a run without any sensor has an empty table', async (t) => {
  const path = await pathIn(t)
  await writePowerTable(path, [], [])
  assert.deepEqual(await readPowerTable(path), { readings: [], domains: [] })
})

test('the file says what its columns are and in which unit', async (t) => {
  const path = await pathIn(t)
  await writePowerTable(path, readings, domains)
  const bytes = await readFile(path)
  const { schema, key_value_metadata } = parquetMetadata(new Uint8Array(bytes).buffer)
  assert.deepEqual(
    schema.slice(1).map(({ name, type }) => `${name} ${type}`),
    ['domain BYTE_ARRAY', 'at_ms DOUBLE', 'joules DOUBLE', 'watts DOUBLE'],
  )
  const units = key_value_metadata?.find(({ key }) => key === 'llem.units')?.value ?? ''
  assert.match(units, /"watts":"watts; null: no reading"/)
})

test('a table that was cut short or is none is damaged', async (t) => {
  const path = await pathIn(t)
  await writePowerTable(path, readings, domains)
  const whole = await readFile(path)
  for (const content of [whole.subarray(0, 1000), Buffer.from('domain,at_ms\n'), Buffer.alloc(0)]) {
    await writeFile(path, content)
    await assert.rejects(
      readPowerTable(path),
      (thrown) => thrown instanceof AppError && thrown.code === 'FILE_DAMAGED',
    )
  }
})

async function pathIn(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'llem-power-'))
  t.after(() => rm(directory, { recursive: true }))
  return join(directory, 'power.parquet')
}
