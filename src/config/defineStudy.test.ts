import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { defineStudy } from './defineStudy.ts'
import { parseStudy } from './parseStudy.ts'

test('a study in code has the types of a study file, sections of plug-ins included, and is one', () => {
  const study = defineStudy({
    name: 'in-code',
    model: 'synthetic/tiny',
    llamacpp: { threads: 2 },
    energy: { sources: ['rapl'], 'cpu-estimate': { tdp_watts: 65 } },
    sweep: { 'load.concurrency': [1, 2], precision: ['fp16', 'q8_0'] },
    experiments: [{ n: 3, decoder: { preset: 'factual' } }],
    execution: { n_cycles: 2, cycle_order: 'shuffled' },
  })
  const parsed = parseStudy({ written: study, file: 'code', overrides: [], sections })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  assert.equal(parsed.value.count, 5)
  assert.equal(parsed.value.settings.execution.n_cycles, 2)
})
