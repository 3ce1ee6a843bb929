import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadBackends } from '../backends/registry.gen.ts'
import { experimentParser } from '../config/experimentParser.ts'
import { parseStudy } from '../config/parseStudy.ts'
import type { PlanMachine, PlanSummary } from '../store/planSummary.ts'
import { loadSections } from './loadSections.ts'
import { planStudy } from './planStudy.ts'
import { summarizePlan } from './summarizePlan.ts'

const machine: PlanMachine = {
  usableCores: 2,
  totalMemoryBytes: 8e9,
  availableMemoryBytes: 6e9,
  gpus: [],
  resultsDir: 'results',
  freeDiskBytes: 1e9,
}

async function summaryOf(
  written: Readonly<Record<string, unknown>>,
  here: Partial<PlanMachine> = {},
): Promise<PlanSummary> {
  const sections = await loadSections()
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  const runner = { mode: 'local', image: null, source: 'default' } as const
  return summarizePlan(
    planStudy(parsed.value, () => runner),
    'study.yaml',
    {
      parser: experimentParser(sections),
      backends: await loadBackends(),
      earlier: new Map(),
      machine: { ...machine, ...here },
    },
  )
}

const instant = {
  model: 'anything',
  backend: 'fake',
  n: 10,
  max_output_tokens: 11,
  fake: { ttft_ms: 10, tokens_per_second: 1000 },
  warmup: { enabled: false },
  baseline: { enabled: false },
}

test('the time of a study is that of all runs and of the rests between them', async () => {
  const execution = { n_cycles: 3, experiment_gap_seconds: 1, cycle_gap_seconds: 5 }
  const { estimate, runs } = await summaryOf({
    ...instant,
    sweep: { 'load.concurrency': [1, 2] },
    execution,
  })
  assert.equal(runs, 6)
  // Within the three cycles one rest of 1 s each, between them two of 5 s.
  assert.equal(estimate.restMs, 3 * 1000 + 2 * 5000)
  // 10 or 5 times 20 ms, and 0.4 s to start; three times each.
  assert.equal(estimate.durationMs - estimate.restMs, 3 * (200 + 400) + 3 * (100 + 400))
  assert.deepEqual(estimate.durationBases, [
    { kind: 'stated', experiments: 2, studies: [], range: null },
  ])
})

test('a total with an unknown part is unknown', async () => {
  const { estimate } = await summaryOf({
    model: 'synthetic/tiny',
    experiments: [{}, { backend: 'fake' }],
  })
  assert.equal(estimate.energyJ, null)
  assert.deepEqual(
    estimate.powerBases.map(({ kind, experiments }) => [kind, experiments]),
    [
      ['assumed', 1],
      ['unknown', 1],
    ],
  )
})

test('the run that needs most memory is named', async () => {
  const { estimate, backends } = await summaryOf({
    model: 'synthetic/tiny',
    sweep: { 'load.concurrency': [1, 64, 2] },
    experiments: [{ backend: 'fake' }],
  })
  assert.equal(estimate.largest?.label, 'llamacpp concurrency=64')
  assert.equal(estimate.largest?.isOnGpus, false)
  assert.equal(estimate.memoryUnknown, 1)
  assert.deepEqual(
    backends.map(({ name, experiments, gpus }) => ({ name, experiments, gpus })),
    [
      { name: 'llamacpp', experiments: 3, gpus: { least: 0, most: null } },
      { name: 'fake', experiments: 1, gpus: { least: 0, most: 0 } },
    ],
  )
})

test('where there is a GPU, what is free to use it will be on it', async () => {
  const gpus = [{ name: 'board', memoryBytes: 80e9, powerLimitW: 700 }]
  const { estimate } = await summaryOf({ model: 'synthetic/tiny' }, { gpus })
  assert.equal(estimate.largest?.isOnGpus, true)
})

test('what is skipped and merged is in the summary with the counts before it', async () => {
  const summary = await summaryOf({
    ...instant,
    sweep: { 'decoder.min_new_tokens': [0, 99] },
    experiments: [{ decoder: { min_new_tokens: 0 } }],
  })
  assert.deepEqual([summary.combinations, summary.experiments, summary.skipped.count], [3, 1, 1])
  assert.deepEqual(summary.merged, [
    { label: 'fake anything', count: 1, origins: ['experiments[0]'] },
  ])
})

test('each experiment has an estimate of its own', async () => {
  const { experimentEstimates } = await summaryOf({
    model: 'synthetic/tiny',
    sweep: { 'load.concurrency': [1, 64] },
    experiments: [{ backend: 'fake' }],
  })
  const [small, large, fake] = experimentEstimates.map((one) => one?.memoryBytes)
  assert.ok(small !== null && small !== undefined && small > 0)
  assert.ok(large !== null && large !== undefined && large > small)
  assert.equal(fake, null)
})

test('runs that share out GPUs take the time until the last of them has ended', async () => {
  const gpus = Array.from({ length: 2 }, () => ({
    name: 'x',
    memoryBytes: null,
    powerLimitW: null,
  }))
  const written = (parallel: 'off' | 'auto') => ({
    ...instant,
    // Of 0.6 s each.
    sweep: { random_seed: [1, 2, 3] },
    fake: { ...instant.fake, gpus: 1 },
    execution: { parallel, experiment_gap_seconds: 10 },
  })
  const { estimate } = await summaryOf(written('auto'), { gpus })
  assert.deepEqual([estimate.durationMs, estimate.isSideBySide], [600 + 10_000 + 600, true])
  const alone = await summaryOf(written('off'), { gpus })
  assert.equal(alone.estimate.durationMs, 3 * 600 + 20_000)
  assert.equal((await summaryOf(written('auto'))).estimate.isSideBySide, false)
})
