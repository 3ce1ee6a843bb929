import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { planWarnings, requireAllValid } from './planWarnings.ts'

const tooLong = { decoder: { min_new_tokens: 9 } }
const entries = [{ n: 1 }, { n: 2 }, { n: 1 }, tooLong, { ...tooLong, n: 5 }]

test('what is skipped and what is merged is said, with the reason and the name', async () => {
  const texts = planWarnings(await planOf(entries)).map(({ message }) => message)
  assert.deepEqual(texts, [
    '2 of 5 combinations cannot run and are skipped: experiments[3].decoder.min_new_tokens: expected at most max_output_tokens (1), found 9 (raise max_output_tokens)',
    '1 of the declared experiments measure the same as another and run with it: n=1',
  ])
})

test('a study that runs as it was written has nothing to say, strict or not', async () => {
  const plan = await planOf([{ n: 1 }, { n: 2 }])
  assert.deepEqual(planWarnings(plan), [])
  requireAllValid(plan, 'study.yaml')
})

test('strict makes an error of what cannot run, with the reasons and how many have them', async () => {
  const plan = await planOf(entries)
  assert.throws(
    () => requireAllValid(plan, 'study.yaml'),
    (thrown) =>
      thrown instanceof AppError &&
      thrown.exitCode === 2 &&
      thrown.message ===
        'study.yaml: 2 of 5 combinations cannot run\n  2 x experiments[3].decoder.min_new_tokens: expected at most max_output_tokens (1), found 9 (raise max_output_tokens)',
  )
})
