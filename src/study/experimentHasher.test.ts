import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { experimentHasher } from './experimentHasher.ts'

test('the hash of an experiment is the same on every machine', () => {
  const written = { model: 'synthetic/tiny', precision: 'q8_0', llamacpp: { threads: 2 } }
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  assert.ok(parsed.ok)
  const [candidate] = parsed.value.candidates()
  assert.ok(candidate?.parsed.ok)
  // It changes with the fields and defaults of an experiment, and then results before and after are of two configurations.
  // sha256sum of its JSON with sorted keys and no spaces.
  assert.equal(
    experimentHasher()(candidate.parsed.value),
    '253e883aadfdb6400f708b899d5618c48929093025333cb85a8641fa4966f1fc',
  )
})
