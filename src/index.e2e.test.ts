import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resumeStudy, runExperiment, runStudy, type StudyEvent } from './index.ts'
import { quick, temporary } from './testing/watchStudy.ts'

async function outcomesOf(events: AsyncIterable<StudyEvent>): Promise<string> {
  const words: string[] = []
  for await (const event of events) {
    if (event.type === 'experimentEnded') words.push(event.outcome.status)
    if (event.type === 'studyEnded') words.push(event.status)
  }
  return words.join(' ')
}

test('a study from code is run, interrupted and resumed', async (t) => {
  const resultsDir = temporary(t)
  const study = { ...quick, sweep: { n: [1, 2] } }
  for await (const event of runStudy(study, { resultsDir })) {
    if (event.type === 'experimentEnded') break
  }
  assert.equal(await outcomesOf(resumeStudy(undefined, { resultsDir })), 'measured completed')
  await assert.rejects(outcomesOf(resumeStudy(undefined, { resultsDir })), {
    code: 'NOTHING_TO_RESUME',
  })
})

test('an experiment from code resolves with its result, and rejects with what is wrong', async (t) => {
  const resultsDir = temporary(t)
  const result = await runExperiment(quick, { resultsDir })
  assert.equal(result.requests.completed, 4)
  await assert.rejects(runExperiment({ ...quick, n: 0 }, { resultsDir }), {
    code: 'CONFIG_INVALID',
  })
  const broken = { ...quick, fake: { fail_launch: true } }
  await assert.rejects(runExperiment(broken, { resultsDir }), { code: 'EXPERIMENT_FAILED' })
  const signal = AbortSignal.abort()
  await assert.rejects(runExperiment(quick, { resultsDir, signal }), { code: 'INTERRUPTED' })
})
