import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { keptStudy, planOf } from '../testing/plannedStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { openSummary } from './openSummary.ts'
import { readSummary } from './summaryFile.ts'
import { type SummaryRow, unmeasured } from './summaryRow.ts'

const row = (id: string, changes: Partial<SummaryRow> = {}): SummaryRow => ({
  id,
  experiment: 1,
  label: 'fake',
  configHash: '0a1b',
  cycle: 1,
  fields: { n: 1 },
  ...unmeasured,
  status: 'measured',
  ...changes,
})

async function paths(t: Parameters<typeof temporary>[0]) {
  return keptStudy(temporary(t), await planOf([{}]))
}

test('what was written is read back, less what was left over', async (t) => {
  const study = await paths(t)
  const facts = { paths: study, name: 'mine', experiments: 2, total: 4, sweptFields: ['n'] }
  const summary = await openSummary({ ...facts, rows: [row('a')] })
  await summary.put(row('b', { status: 'failed', reason: 'it "broke"' }), false)
  await summary.put(row('b', { energyJ: 1.5 }), false)
  const reason = 'the study was interrupted'
  const left = ['a', 'c', 'd'].map((id) => ({
    id,
    row: () => row(id, { status: 'skipped', reason }),
  }))
  await summary.end('interrupted', left)
  assert.deepEqual(await readSummary(study), {
    schemaVersion: 1,
    name: 'mine',
    status: 'interrupted',
    experiments: 2,
    total: 4,
    measured: 2,
    failed: 0,
    skipped: 2,
    sweptFields: ['n'],
    rows: [row('a'), row('b', { energyJ: 1.5 })],
  })
  const { rows } = JSON.parse(readFileSync(study.summaryJson, 'utf8'))
  assert.deepEqual(
    rows.map(({ id, status }: SummaryRow) => `${id} ${status}`),
    ['a measured', 'b measured', 'c skipped', 'd skipped'],
  )
})

test('figures of a load client at its limit are left out of the CSV file unless asked for, and kept in the JSON file', async (t) => {
  const study = await paths(t)
  const rows = [
    row('a', { energyJ: 7.25, isClientLimited: true, warnings: ['SHORT_WINDOW', 'HOST_BUSY'] }),
  ]
  const facts = { paths: study, name: 'mine', experiments: 1, total: 1, sweptFields: [], rows }
  await openSummary(facts)
  const refused = readFileSync(study.summaryCsv, 'utf8')
  assert.ok(!refused.includes('7.25') && refused.includes(',true,SHORT_WINDOW HOST_BUSY,'), refused)
  assert.deepEqual((await readSummary(study))?.rows, rows)
  await openSummary({ ...facts, includesClientLimited: true })
  assert.ok(readFileSync(study.summaryCsv, 'utf8').includes(',7.25,'))
})

test('a summary without rows is read, and one that was cut short is not', async (t) => {
  const study = await paths(t)
  await openSummary({
    paths: study,
    name: 'mine',
    experiments: 1,
    total: 1,
    sweptFields: [],
    rows: [],
  })
  assert.deepEqual((await readSummary(study))?.rows, [])
  writeFileSync(study.summaryJson, readFileSync(study.summaryJson, 'utf8').slice(0, 40))
  assert.equal(await readSummary(study), null)
})

test('cells of the CSV hold commas, quotes and lines', async (t) => {
  const study = await paths(t)
  const reason = 'it "broke", twice\nand for good'
  const rows = [row('a', { status: 'failed', reason, fields: { n: [1, 2] } })]
  await openSummary({
    paths: study,
    name: 'mine',
    experiments: 1,
    total: 1,
    sweptFields: ['n'],
    rows,
  })
  const csv = readFileSync(study.summaryCsv, 'utf8')
  assert.ok(csv.startsWith('id,experiment,label,cycle,status,n,duration_ms,energy_j,'), csv)
  assert.ok(csv.includes('\na,1,fake,1,failed,"[1,2]",,'), csv)
  assert.ok(csv.endsWith(',"it ""broke"", twice\nand for good",0a1b\n'), csv)
})
