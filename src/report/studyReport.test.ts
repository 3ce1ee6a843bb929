import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Summary } from '../store/summaryFile.ts'
import { type SummaryRow, unmeasured } from '../store/summaryRow.ts'
import { assertGolden } from '../testing/golden.ts'
import { compareRuns } from './compareRuns.ts'
import { renderStudy } from './studyReport.ts'

const row = (parts: Partial<SummaryRow>): SummaryRow => ({
  ...unmeasured,
  id: '001',
  experiment: 1,
  label: 'fp16',
  configHash: 'a',
  cycle: 1,
  status: 'measured',
  fields: {},
  isEstimate: false,
  isSynthetic: false,
  requests: 12,
  unfinishedRequests: 0,
  joulesPerOutputToken: 0.5,
  outputTokensPerSecond: 64,
  timeToFirstTokenP50Ms: 31.2,
  interTokenLatencyP50Ms: 15.4,
  warnings: [],
  ...parts,
})

const study = (rows: SummaryRow[], parts: Partial<Summary> = {}): Summary => ({
  schemaVersion: 1,
  name: 'bits',
  status: 'completed',
  experiments: new Set(rows.map(({ experiment }) => experiment)).size,
  total: rows.length,
  measured: rows.filter(({ status }) => status === 'measured').length,
  failed: rows.filter(({ status }) => status === 'failed').length,
  skipped: 0,
  sweptFields: ['precision'],
  rows,
  ...parts,
})

const options = { width: 80, isColor: false, directory: 'results/bits-1', warnings: [] }

/** One experiment whose load client was at its limit in every cycle, one in some, and one in none. */
const limited = [1, 2, 3].flatMap((cycle) => [
  row({ cycle, isClientLimited: true, isEstimate: true }),
  row({
    cycle,
    experiment: 2,
    configHash: 'b',
    label: 'q8_0',
    isClientLimited: cycle === 1,
    joulesPerOutputToken: cycle,
  }),
  row({ cycle, experiment: 3, configHash: 'c', label: 'q4_0', isClientLimited: false }),
])

test('figures that a load client at its limit may have made are not compared, and the reader is told', () => {
  assertGolden('src/report/golden/study-client-limited.txt', renderStudy(study(limited), options))
})

test('told to, figures of a load client at its limit are compared, and marked', () => {
  const told = { ...options, includesClientLimited: true }
  const golden = 'src/report/golden/study-client-limited-included.txt'
  assertGolden(golden, renderStudy(study(limited), told))
})

test('cycles whose load client was at its limit are left out of the mean', () => {
  const [all, some, none] = compareRuns(limited)
  assert.deepEqual([all?.compared, all?.joulesPerOutputToken, all?.isEstimate], [0, null, false])
  assert.deepEqual([some?.measured, some?.clientLimited, some?.compared], [3, 1, 2])
  assert.equal(some?.joulesPerOutputToken?.mean, 2.5)
  assert.equal(none?.joulesPerOutputToken?.count, 3)
  const [, included] = compareRuns(limited, { includesClientLimited: true })
  assert.equal(included?.joulesPerOutputToken?.mean, 2)
})

test('the cycles of one experiment become one line with the spread between them', () => {
  const [first, second] = compareRuns([
    row({ joulesPerOutputToken: 9 }),
    row({ experiment: 2, configHash: 'b', label: 'q8_0' }),
    row({ cycle: 2, joulesPerOutputToken: 10 }),
    row({ cycle: 3, joulesPerOutputToken: 11 }),
  ])
  assert.equal(first?.measured, 3)
  assert.equal(first?.joulesPerOutputToken?.mean, 10)
  assert.equal(second?.joulesPerOutputToken?.halfWidth, null)
})

test('one unknown cycle makes the mean unknown', () => {
  const [only] = compareRuns([row({}), row({ cycle: 2, joulesPerOutputToken: null })])
  assert.equal(only?.joulesPerOutputToken, null)
})

test('a study reads as a table with what to mind', () => {
  const rows = [
    row({ isEstimate: true }),
    row({
      experiment: 2,
      configHash: 'b',
      label: 'q8_0',
      isEstimate: true,
      joulesPerOutputToken: 0.3123,
    }),
    row({
      ...unmeasured,
      experiment: 3,
      configHash: 'c',
      label: 'q4_0',
      status: 'failed',
      failureCode: 'WORKER_TIMED_OUT',
    }),
  ]
  assertGolden('src/report/golden/study.txt', renderStudy(study(rows), options))
})

test('a study of several cycles shows the spread', () => {
  const rows = [1, 2, 3].flatMap((cycle) => [
    row({ cycle, joulesPerOutputToken: 0.5 + cycle / 100 }),
    row({
      cycle,
      experiment: 2,
      configHash: 'b',
      label: 'q8_0',
      joulesPerOutputToken: 0.3 + cycle / 200,
    }),
  ])
  assertGolden('src/report/golden/study-cycles.txt', renderStudy(study(rows), options))
})

/** A sweep of three axes over two cycles, as a study in a random order leaves it, one run of it failed. */
const swept = [0, 0.7].flatMap((temperature) =>
  [1, 4].flatMap((concurrency) =>
    [32, 64].map((tokens, index) => {
      const number = 4 * Math.ceil(temperature) + (concurrency === 1 ? 0 : 2) + index + 1
      const label = `temperature=${temperature} concurrency=${concurrency} max_output_tokens=${tokens}`
      return row({ experiment: number, configHash: String(number), label })
    }),
  ),
)
const shuffled = [...swept.slice(3), ...swept.slice(0, 3)]

for (const width of [60, 80]) {
  test(`long labels are whole at ${width} columns and stand in the order of the plan`, () => {
    const failed = { ...unmeasured, status: 'failed', failureCode: 'WORKER_TIMED_OUT' } as const
    const rows = [1, 2].flatMap((cycle) =>
      shuffled.map((one) => ({
        ...one,
        cycle,
        ...(one.experiment === 2 || (one.experiment === 3 && cycle === 1) ? failed : {}),
      })),
    )
    const text = renderStudy(study(rows), { ...options, width })
    assertGolden(`src/report/golden/study-long-labels-${width}.txt`, text)
    const words = text.split(/\s+/).join(' ')
    for (const { label } of swept) assert.ok(words.includes(label), label)
    const [table = ''] = text.split('\n\n')
    const tooLong = table.split('\n').filter((line) => line.length > width)
    assert.deepEqual(tooLong, [])
  })
}

test('a line whose requests failed says how many of how many', () => {
  const rows = [
    row({ requests: 12, unfinishedRequests: 4 }),
    row({ experiment: 2, configHash: 'b', label: 'q8_0' }),
  ]
  assertGolden('src/report/golden/study-failed-requests.txt', renderStudy(study(rows), options))
})

test('failed requests of all cycles that are compared are counted together', () => {
  const [only] = compareRuns([
    row({ requests: 12, unfinishedRequests: 4 }),
    row({ cycle: 2, requests: 12, unfinishedRequests: 1 }),
    row({ cycle: 3, requests: 12, unfinishedRequests: 7, isClientLimited: true }),
  ])
  assert.deepEqual([only?.unfinishedRequests, only?.requests], [5, 24])
})

const titleOf = (...parameters: Parameters<typeof study>): string | undefined =>
  renderStudy(study(...parameters), options).split('\n')[0]

test('the title counts the experiments and runs of the plan, measured or not', () => {
  const left = { experiments: 4, total: 8, skipped: 6, status: 'interrupted' } as const
  const rows = [row({}), row({ experiment: 2, configHash: 'b' })]
  assert.equal(
    titleOf(rows, left),
    'bits: 4 experiments x 2 cycles, 2 of 8 runs measured, 6 left over (interrupted)',
  )
})

test('one experiment is not several', () => {
  const rows = [row({}), row({ cycle: 2 })]
  assert.equal(titleOf(rows), 'bits: 1 experiment x 2 cycles, 2 of 2 runs measured')
})

test('warnings are told by kind with their number, the rarest left out where there are many', () => {
  const warnings = [
    ['ENERGY_ESTIMATED', 12, 'energy of cpu is an estimate from a model, not a measurement'],
    ['SHORT_WINDOW', 8, 'the measured window is 903 ms; sensors need 2.0 s for an error under 1 %'],
    ['HOST_BUSY', 3, null],
    ...['A', 'B', 'C', 'D', 'E'].map((code) => [code, 1, 'something'] as const),
  ] as const
  const kinds = warnings.map(([code, count, message]) => ({ code, count, message }))
  const text = renderStudy(study([row({})]), { ...options, warnings: kinds })
  assertGolden('src/report/golden/study-warnings.txt', text)
})
