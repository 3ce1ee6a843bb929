import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { Sections } from '../config/experimentSchema.ts'
import { parseStudy } from '../config/parseStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { experimentHasher } from './experimentHasher.ts'

const hashOf = (written: Record<string, unknown>, among: Sections = sections): string => {
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections: among })
  assert.ok(parsed.ok)
  const [candidate] = parsed.value.candidates()
  assert.ok(candidate?.parsed.ok)
  return experimentHasher()(candidate.parsed.value)
}
const written = { model: 'synthetic/tiny', precision: 'q8_0', llamacpp: { threads: 2 } }

test('the hash of an experiment is the same on every machine', () => {
  // It changes with the fields and defaults of an experiment, and then results before and after are of two configurations.
  // sha256sum of its JSON with sorted keys and no spaces.
  assert.equal(hashOf(written), '18342ab739f60f86905fbe1fd48ac944fade6f5f7839dbc439fdac5cd5bd574b')
})

test('an energy source changes the hash only where it is not as it is by default', () => {
  const meter = {
    name: 'meter',
    title: 'Meter',
    options: z.strictObject({ lag_ms: z.number().default(5) }),
  }
  const among = { ...sections, sources: [...sections.sources, meter] }
  assert.equal(hashOf(written, among), hashOf(written))
  assert.equal(hashOf({ ...written, energy: { meter: { lag_ms: 5 } } }, among), hashOf(written))
  assert.notEqual(hashOf({ ...written, energy: { meter: { lag_ms: 6 } } }, among), hashOf(written))
})
