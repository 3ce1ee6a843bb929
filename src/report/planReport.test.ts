import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanSummary } from '../store/planSummary.ts'
import { assertGolden } from '../testing/golden.ts'
import { renderPlan } from './planReport.ts'

const gibibyte = 1024 ** 3

const one: PlanSummary = {
  name: 'quickstart',
  file: null,
  axes: [],
  sweptFields: [],
  combinations: 1,
  skipped: { count: 0, reasons: [] },
  merged: [],
  unready: [],
  experiments: 1,
  cycles: 1,
  order: 'interleaved',
  runs: 1,
  backends: [
    {
      name: 'llamacpp',
      experiments: 1,
      runner: { mode: 'local', image: null, source: 'default' },
      gpus: { least: 0, most: null },
    },
  ],
  machine: {
    usableCores: 2,
    totalMemoryBytes: 8 * gibibyte,
    availableMemoryBytes: 6 * gibibyte,
    gpus: [],
    resultsDir: 'results',
    freeDiskBytes: 100 * gibibyte,
  },
  estimate: {
    durationMs: 61_000,
    restMs: 0,
    isSideBySide: false,
    energyJ: 488,
    resultBytes: 120_000,
    durationBases: [{ kind: 'bandwidth', experiments: 1, studies: [], range: [55.7, 55.7] }],
    powerBases: [{ kind: 'assumed', experiments: 1, studies: [], range: [8, 8] }],
    largest: {
      label: 'llamacpp smollm2-135m fp16',
      weightBytes: 0.25 * gibibyte,
      cacheBytes: 0.02 * gibibyte,
      bufferBytes: 0.1 * gibibyte,
      totalBytes: 0.37 * gibibyte,
      isOnGpus: false,
    },
    memoryUnknown: 0,
  },
  experimentEstimates: [],
}

const problem = (line: number, message: string) => ({ path: ['precision'], line, message })

const large: PlanSummary = {
  ...one,
  name: 'everything',
  file: 'everything.yaml',
  axes: [
    { key: 'backend', kind: 'axis', backend: null, values: 2 },
    { key: 'llamacpp.flash_attention', kind: 'axis', backend: 'llamacpp', values: 2 },
    { key: 'quantization', kind: 'group', backend: null, values: 4 },
    ...Array.from({ length: 9 }, (_, index) => ({
      key: `field_${index}`,
      kind: 'axis' as const,
      backend: null,
      values: 5,
    })),
  ],
  combinations: 100_000,
  skipped: {
    count: 1234,
    reasons: [
      { count: 1000, problem: problem(4, 'expected a precision of GGUF, found fp8') },
      { count: 234, problem: problem(9, `expected ${'something very long '.repeat(20)}`) },
      { count: 3, problem: problem(9, 'expected this') },
      { count: 2, problem: problem(9, 'expected that') },
    ],
  },
  merged: [
    { label: 'n=5', count: 700, origins: ['combination 3 of the sweep', 'experiments[0]'] },
    { label: 'n=6', count: 1, origins: ['experiments[1]'] },
    { label: 'n=7', count: 1, origins: ['experiments[2]'] },
  ],
  unready: ['a.gguf', 'a.gguf', 'b.gguf', 'c.gguf'].map((name, index) => ({
    label: `n=${index} ${name}`,
    isHere: true,
    code: 'MODEL_FILE_MISSING',
    message: `there is no model file /models/${name}`,
    hint: 'Check the path.',
  })),
  experiments: 98_064,
  cycles: 3,
  order: 'shuffled',
  runs: 294_192,
  backends: [
    ...one.backends,
    {
      name: 'vllm',
      experiments: 12,
      runner: {
        mode: 'docker',
        image: { name: 'vllm/vllm-openai:v0.9.1', source: 'default', id: null, digest: null },
        source: 'elevated',
      },
      gpus: { least: 2, most: 2 },
    },
    ...['a', 'b', 'c'].map((name) => ({
      name,
      experiments: 1,
      runner: { mode: 'local', image: null, source: 'study' } as const,
      gpus: null,
    })),
  ],
  machine: {
    ...one.machine,
    gpus: [{ name: 'NVIDIA H100', memoryBytes: 80 * gibibyte, powerLimitW: 700 }],
    freeDiskBytes: gibibyte,
  },
  estimate: {
    ...one.estimate,
    durationMs: 3e9,
    restMs: 1e7,
    energyJ: null,
    resultBytes: 40 * gibibyte,
    durationBases: [
      {
        kind: 'earlier',
        experiments: 90_000,
        studies: ['a-2026-03-01T00-00-00', 'b-2026-03-01T00-00-00', 'c-2026-03-01T00-00-00'],
        range: [12, 870],
      },
      { kind: 'stated', experiments: 8000, studies: [], range: null },
      { kind: 'assumed', experiments: 64, studies: [], range: [20, 20] },
    ],
    powerBases: [
      { kind: 'earlier', experiments: 90_064, studies: ['a-2026-03-01T00-00-00'], range: [31, 44] },
      { kind: 'unknown', experiments: 8000, studies: [], range: null },
    ],
    largest: {
      label: 'vllm llama-3-70b concurrency=256',
      weightBytes: 140 * gibibyte,
      cacheBytes: 20 * gibibyte,
      bufferBytes: gibibyte,
      totalBytes: 161 * gibibyte,
      isOnGpus: true,
    },
    memoryUnknown: 7,
  },
}

const options = { width: 80, isColor: false }

test('the plan of one experiment is as approved', () => {
  const text = renderPlan(one, ['llamacpp smollm2-135m fp16'], options)
  assertGolden('src/report/golden/plan-one.txt', text)
})

test('a file that is missing here may be in an image', () => {
  const missing = { code: 'DATASET_UNREADABLE', message: 'there is no file /a', hint: 'Look.' }
  const textOf = (...places: boolean[]): string => {
    const unready = places.map((isHere) => ({ ...missing, label: 'n=1', isHere }))
    const summary = { ...one, experiments: 3, unready }
    return renderPlan(summary, ['n=1'], { width: 500, isColor: false })
  }
  const maybe = 'may fail unless the image brings what is missing here: n=1: there is no file /a\n'
  assert.ok(textOf(false).includes(`of 3 experiments 1 ${maybe}`))
  const both = `of 3 experiments 1 would fail with those that are here, 2 ${maybe}`
  assert.ok(textOf(false, true, false).includes(both))
})

test('the plan of a hundred thousand experiments is as approved, and fits on one screen', () => {
  const labels = Array.from({ length: large.experiments }, (_, index) => `n=${index + 5}`)
  const text = renderPlan(large, labels, options)
  assertGolden('src/report/golden/plan-large.txt', text)
  assert.ok(text.split('\n').length <= 50, `${text.split('\n').length} lines`)
})

test('few experiments are all shown', () => {
  const labels = ['a', 'b', 'c', 'd', 'e', 'f']
  const text = renderPlan({ ...one, experiments: 6, runs: 6 }, labels, options)
  for (const [index, label] of labels.entries()) {
    assert.match(text, new RegExp(`^  ${index + 1} +${label}$`, 'm'))
  }
  assert.doesNotMatch(text, /more/)
})

test('no line is wider than the terminal', () => {
  for (const width of [60, 80, 120]) {
    const lines = renderPlan(large, ['a', 'b'], { ...options, width }).split('\n')
    assert.deepEqual(
      lines.filter((line) => line.length > width),
      [],
    )
  }
})
