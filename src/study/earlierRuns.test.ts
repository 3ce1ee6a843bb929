import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { sampleResult } from '../testing/sampleResult.ts'
import { type EarlierRun, kindOf, nearestRun, readEarlierRuns } from './earlierRuns.ts'

const base = sampleResult()
const { config } = base.experiment
const kind = kindOf(config)

/** The sample at another concurrency and rate. */
function resultAt(concurrency: number, outputTokensPerSecond: number | null): string {
  const load = { ...config.load, concurrency }
  const experiment = { ...base.experiment, config: { ...config, load } }
  const throughput = { ...base.throughput, outputTokensPerSecond }
  const requests = { ...base.requests, concurrency }
  return JSON.stringify(sampleResult({ experiment, throughput, requests }))
}

const ratesOf = (runs: readonly EarlierRun[] = []) =>
  runs.map(({ study, tokensPerSecond }) => `${study.slice(0, 1)} ${tokensPerSecond}`)

test('results are found by backend, model and precision, those of the newest study first', async (t) => {
  const root = await makeFileTree(t, {
    'b-2026-01-01T00-00-00/runs/001/result.json': resultAt(1, 10),
    'a-2026-03-01T00-00-00/runs/001/result.json': resultAt(1, 30),
    'a-2026-03-01T00-00-00/runs/002/result.json': resultAt(4, 90),
    'c-2026-02-01T00-00-00-2/runs/001/result.json': resultAt(1, 20),
  })
  const found = await readEarlierRuns(root)
  assert.deepEqual([...found.keys()], [kind])
  assert.deepEqual(ratesOf(found.get(kind)), ['a 30', 'a 90', 'c 20', 'b 10'])
})

test('what is no result tells nothing, and neither does a directory that is not there', async (t) => {
  const root = await makeFileTree(t, {
    'a-2026-03-01T00-00-00/runs/001/result.json': '{"schemaVersion": 99}',
    'a-2026-03-01T00-00-00/runs/002/failure.json': '{}',
    'a-2026-03-01T00-00-00/runs/003/result.json': resultAt(1, null),
    'notes/runs/001/result.json': resultAt(1, 5),
    'b-2026-03-01T00-00-00/study.yaml': '',
  })
  assert.equal((await readEarlierRuns(root)).size, 0)
  assert.equal((await readEarlierRuns(`${root}/nowhere`)).size, 0)
})

test('power is the mean over the window, and time around the load is that of the other phases', async (t) => {
  const root = await makeFileTree(t, {
    'a-2026-03-01T00-00-00/runs/001/result.json': resultAt(1, 64),
  })
  const [run] = (await readEarlierRuns(root)).get(kind) ?? []
  assert.deepEqual(run, {
    kind,
    study: 'a-2026-03-01T00-00-00',
    inFlight: 1,
    tokensPerSecond: 64,
    powerW: 31.2,
    idleW: base.energy.domains[0]?.idlePowerW,
    warmupRequests: 5,
    otherMs: 1000,
  })
})

test('an engine that mostly waited for requests of an open load was not slow', async (t) => {
  const requests = { ...base.requests, concurrency: null, meanInFlight: 0.25 }
  const root = await makeFileTree(t, {
    'a-2026-03-01T00-00-00/runs/001/result.json': JSON.stringify(sampleResult({ requests })),
  })
  const [run] = (await readEarlierRuns(root)).get(kind) ?? []
  const tokensPerSecond = (base.throughput.outputTokensPerSecond ?? 0) / 0.25
  assert.deepEqual([run?.inFlight, run?.tokensPerSecond], [1, tokensPerSecond])
})

test('made-up joules say nothing of the power', async (t) => {
  const total = { ...base.energy.total, isSynthetic: true }
  const result = sampleResult({ energy: { ...base.energy, total } })
  const root = await makeFileTree(t, {
    'a-2026-03-01T00-00-00/runs/001/result.json': JSON.stringify(result),
  })
  assert.equal((await readEarlierRuns(root)).get(kind)?.[0]?.powerW, null)
})

test('the run of the nearest concurrency is judged by, the newest of those', () => {
  const run = (study: string, inFlight: number): EarlierRun => ({
    study,
    inFlight,
    tokensPerSecond: 1,
    powerW: null,
    idleW: null,
    warmupRequests: null,
    otherMs: 0,
  })
  const runs = new Map([[kind, [run('new', 1), run('middle', 8), run('old', 8)]]])
  const at = (concurrency: number) =>
    nearestRun(runs, { ...config, load: { ...config.load, concurrency } })?.study
  assert.deepEqual([at(1), at(2), at(4), at(64)], ['new', 'new', 'middle', 'middle'])
  assert.equal(nearestRun(runs, { ...config, model: 'other' }), null)
})
