import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { writePowerTable } from '../store/powerTable.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { counterTrace, energyDomain } from '../testing/powerTrace.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { source } from './replay.ts'

const csv = `at_ms,domain,watts,joules,note
5000,gpu0,100,7000,first
5001,cpu0,20,,
5100,gpu0,110,7010,
5101,cpu0,,,lost
5200,gpu0,120,7021,
5201,cpu0,22,,
`

async function openFile(t: TestContext, file: string) {
  const clock = virtualClock(1_000_000)
  const meter = await source.open({ file }, { clock, env: {}, root: '/' })
  t.after(() => meter[Symbol.asyncDispose]())
  const valuesAt = (elapsedMs: number) => {
    clock.advance(1_000_000 + elapsedMs - clock.nowMs())
    return meter.read().map(({ joules, watts }) => [joules, watts])
  }
  return { meter, clock, valuesAt }
}

async function openCsv(t: TestContext, text: string) {
  return openFile(t, join(await makeFileTree(t, { 'trace.csv': text }), 'trace.csv'))
}

const isUnavailable = (reason: RegExp) => (thrown: unknown) =>
  thrown instanceof AppError &&
  thrown.code === 'ENERGY_SOURCE_UNAVAILABLE' &&
  reason.test(thrown.message)

test('every domain has its first reading at the moment of opening', async (t) => {
  const { meter } = await openCsv(t, csv)
  assert.deepEqual(meter.read(), [
    { domain: 'gpu0', atMs: 1_000_000, joules: 7000, watts: 100 },
    { domain: 'cpu0', atMs: 1_000_000, joules: null, watts: 20 },
  ])
})

test('a reading holds until the next, a lost one is lost again', async (t) => {
  const { valuesAt } = await openCsv(t, csv)
  assert.deepEqual(valuesAt(98), [
    [7000, 100],
    [null, 20],
  ])
  assert.deepEqual(valuesAt(100), [
    [7010, 110],
    [null, null],
  ])
})

test('past the end of the trace there is no reading', async (t) => {
  const { valuesAt } = await openCsv(t, csv)
  assert.deepEqual(valuesAt(200), [
    [7021, 120],
    [null, 22],
  ])
  assert.deepEqual(valuesAt(201), [
    [null, null],
    [null, null],
  ])
})

test('the scope of a domain of a CSV follows from the ids that our sources give', async (t) => {
  const ids = [
    'gpu0',
    'gpu0-module',
    'gpu0-memory',
    'amdgpu1',
    'intelgpu0-chip',
    'cores0',
    'wall',
    'x',
  ]
  const rows = ids.map((id) => `${id},0,,1`).join('\n')
  const { meter } = await openCsv(t, `domain,at_ms,joules,watts\n${rows}\n`)
  assert.deepEqual(
    meter.domains.map(({ scope }) => scope),
    ['board', 'module', 'memory', 'board', 'part', 'core', 'wall', 'system'],
  )
})

test('a CSV describes no sensors: they are inferred, with a warning', async (t) => {
  const { meter } = await openCsv(t, csv)
  assert.deepEqual(
    meter.domains.map(({ id, scope, method, isSynthetic }) => [id, scope, method, isSynthetic]),
    [
      ['gpu0', 'board', 'counter', true],
      ['cpu0', 'package', 'power', true],
    ],
  )
  assert.equal(meter.warnings?.()[0]?.code, 'REPLAY_DOMAINS_INFERRED')
})

test('the table of a run is replayed with the sensors it describes', async (t) => {
  const file = join(await makeFileTree(t, { '.keep': '' }), 'power.parquet')
  const recorded = energyDomain({ id: 'cpu0', scope: 'package', wrapsAtJ: 262_143 })
  const readings = counterTrace({ domain: 'cpu0', powerW: 50, endMs: 1000, everyMs: 100 })
  await writePowerTable(file, readings, [recorded])
  const { meter, valuesAt } = await openFile(t, file)
  assert.deepEqual(meter.domains, [
    { ...recorded, source: 'replay', isSynthetic: true, sensor: file },
  ])
  assert.deepEqual(meter.warnings?.(), [])
  const [[first] = []] = valuesAt(0)
  const [[last] = []] = valuesAt(1000)
  assert.ok(Math.abs((last ?? 0) - (first ?? 0) - 50) < 1e-9)
})

test('a trace that is missing, empty or not a table says so and what to set', async (t) => {
  await assert.rejects(
    source.open({}, { clock: virtualClock(), env: {}, root: '/' }),
    isUnavailable(/energy.replay.file is not set/),
  )
  await assert.rejects(openFile(t, '/nowhere/power.parquet'), isUnavailable(/ENOENT/))
  await assert.rejects(openCsv(t, 'domain,at_ms\n'), isUnavailable(/found no joules, watts/))
  await assert.rejects(openCsv(t, 'domain,at_ms,joules,watts\n'), isUnavailable(/no readings/))
  await assert.rejects(
    openCsv(t, 'domain,at_ms,joules,watts\ngpu0,1,x,\n'),
    isUnavailable(/row 1: expected a number in joules, found "x"/),
  )
  const root = await makeFileTree(t, { 'power.parquet': 'not a table' })
  await assert.rejects(openFile(t, join(root, 'power.parquet')), isUnavailable(/power.parquet: /))
})
