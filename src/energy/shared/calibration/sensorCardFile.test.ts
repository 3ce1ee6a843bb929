import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { energyDomain } from '../../../testing/powerTrace.ts'
import { withSensorCard, writeSensorCard } from './sensorCardFile.ts'

const fit = {
  updatePeriodMs: 100.3,
  averagingWindowMs: 25,
  lagMs: 30,
  observedShare: 0.25,
  lowW: 100,
  highW: 300,
  residual: 0.01,
}
const board = energyDomain({ method: 'power', deviceId: 'GPU-1' })

async function place(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'llem-cards-'))
  t.after(() => rm(directory, { recursive: true }))
  return { cacheDir: directory, root: directory }
}

test('a card is used for the device and the reading that it is of, and for no other', async (t) => {
  const where = await place(t)
  writeSensorCard(board, fit, { ...where, measuredAt: '2026-01-02T03:04:05.000Z' })
  const found = withSensorCard({ ...board, id: 'gpu5' }, where)
  assert.equal(found.isCalibrated, true)
  assert.deepEqual(
    [found.updatePeriodMs, found.averagingWindowMs, found.lagMs, found.observedShare],
    [100.3, 25, 30, 0.25],
  )
  for (const other of [
    { ...board, deviceId: 'GPU-2' },
    { ...board, scope: 'module' as const },
    { ...board, method: 'counter' as const },
  ]) {
    assert.equal(withSensorCard(other, where), other)
  }
})

test('the window of a counter says what it did not look at, and nothing else', async (t) => {
  const where = await place(t)
  const counter = energyDomain({ deviceId: null, id: 'cpu0' })
  writeSensorCard(counter, fit, { ...where, measuredAt: '2026-01-02T03:04:05.000Z' })
  const found = withSensorCard(counter, where)
  assert.deepEqual(
    [found.observedShare, found.averagingWindowMs, found.lagMs],
    [0.25, undefined, undefined],
  )
  assert.equal(withSensorCard({ ...counter, id: 'cpu1' }, where).isCalibrated, undefined)
})

test('a card that cannot be read is none', async (t) => {
  const where = await place(t)
  const path = writeSensorCard(board, fit, { ...where, measuredAt: '2026-01-02T03:04:05.000Z' })
  writeFileSync(path, '{"schemaVersion": 2}')
  assert.equal(withSensorCard(board, where), board)
})
