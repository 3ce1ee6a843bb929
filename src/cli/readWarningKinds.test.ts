import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { warn } from '../core/warnings.ts'
import { studyPaths } from '../store/studyDirectory.ts'
import { type SummaryRow, unmeasured } from '../store/summaryRow.ts'
import { sampleResult } from '../testing/sampleResult.ts'
import { temporary } from '../testing/watchStudy.ts'
import { readWarningKinds } from './readWarningKinds.ts'

const busy = warn('HOST_BUSY', { otherCores: 0.41 })
const row = (id: string, warnings: string[]): SummaryRow => ({
  ...unmeasured,
  id,
  experiment: 1,
  label: 'fake',
  configHash: '0a1b',
  cycle: 1,
  status: 'measured',
  fields: {},
  warnings,
})

test('warnings of all runs are counted by kind, worded as in the first result that has one', async (t) => {
  const paths = studyPaths(temporary(t))
  mkdirSync(join(paths.runs, '001'), { recursive: true })
  mkdirSync(join(paths.runs, '002'))
  const result = sampleResult({ warnings: [busy] })
  writeFileSync(join(paths.runs, '001', 'result.json'), JSON.stringify(result))
  const rows = [row('001', ['HOST_BUSY']), row('002', ['SHORT_WINDOW']), row('003', ['HOST_BUSY'])]
  assert.deepEqual(await readWarningKinds(rows, paths), [
    { code: 'HOST_BUSY', count: 2, message: busy.message },
    { code: 'SHORT_WINDOW', count: 1, message: null },
  ])
})
