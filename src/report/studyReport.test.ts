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
  label: 'fp16',
  configHash: 'a',
  cycle: 1,
  status: 'measured',
  fields: {},
  isEstimate: false,
  isSynthetic: false,
  joulesPerOutputToken: 0.5,
  outputTokensPerSecond: 64,
  timeToFirstTokenP50Ms: 31.2,
  interTokenLatencyP50Ms: 15.4,
  warningCount: 0,
  ...parts,
})

const study = (rows: SummaryRow[], parts: Partial<Summary> = {}): Summary => ({
  schemaVersion: 1,
  name: 'bits',
  status: 'completed',
  total: rows.length,
  measured: rows.filter(({ status }) => status === 'measured').length,
  failed: rows.filter(({ status }) => status === 'failed').length,
  skipped: 0,
  sweptFields: ['precision'],
  rows,
  ...parts,
})

const options = { width: 90, isColor: false, directory: 'results/bits-1' }

test('an experiment whose load client was at its limit is marked, and the reader told', () => {
  const rows = [
    row({ isClientLimited: true }),
    row({ configHash: 'b', label: 'q8_0', isClientLimited: false }),
  ]
  const text = renderStudy(study(rows), options)
  assert.match(text, /fp16 .*client limited\n/)
  assert.doesNotMatch(text, /q8_0 .*client limited\n/)
  assert.match(text, /do not compare these lines/)
})

test('the cycles of one experiment become one line with the spread between them', () => {
  const [first, second] = compareRuns([
    row({ joulesPerOutputToken: 9 }),
    row({ configHash: 'b', label: 'q8_0' }),
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
    row({ isEstimate: true, warningCount: 2 }),
    row({ configHash: 'b', label: 'q8_0', isEstimate: true, joulesPerOutputToken: 0.3123 }),
    row({
      ...unmeasured,
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
    row({ cycle, configHash: 'b', label: 'q8_0', joulesPerOutputToken: 0.3 + cycle / 200 }),
  ])
  assertGolden('src/report/golden/study-cycles.txt', renderStudy(study(rows), options))
})
