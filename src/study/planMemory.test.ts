import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseStudy } from '../config/parseStudy.ts'
import { sampleSections as sections } from '../testing/sampleSections.ts'
import { planStudy } from './planStudy.ts'

setFlagsFromString('--expose_gc')
const collect: () => void = runInNewContext('gc')

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('a plan keeps of an experiment what was written for it, not what it means', () => {
  const count = 20_000
  const sweep = { n: range(50), max_input_tokens: range(20), 'decoder.top_k': range(20) }
  const written = { model: 'm', sweep }
  const parsed = parseStudy({ written, file: 'study.yaml', overrides: [], sections })
  assert.ok(parsed.ok)
  const before = heapBytes()
  const plan = planStudy(parsed.value, () => ({ mode: 'local', image: null, source: 'default' }))
  const bytesPerExperiment = (heapBytes() - before) / count
  assert.equal(plan.experiments.length, count)
  // An experiment with every default filled in takes some 3 kB.
  assert.ok(bytesPerExperiment < 1500, `${bytesPerExperiment} bytes`)
})
