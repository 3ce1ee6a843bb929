import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadStudy } from '../config/loadStudy.ts'
import { parseOverride } from '../config/overrides.ts'
import { monotonicClock } from '../core/clock.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import { loadSections } from '../study/loadSections.ts'
import { planStudy } from '../study/planStudy.ts'
import { runStudy } from '../study/runStudy.ts'

const folder = 'examples'
const local: RunnerSpec = { mode: 'local', image: null, source: 'default' }

/** Experiments of each example, before it is repeated in cycles. */
const sizes: Record<string, number> = {
  'batch-size.yaml': 8,
  'concurrency.yaml': 4,
  'decoder-settings.yaml': 4,
  'long-context.yaml': 6,
  'model-sizes.yaml': 5,
  'quantization.yaml': 3,
  'request-rate.yaml': 4,
  'threads.yaml': 4,
  'two-backends.yaml': 3,
}

/** What makes any study short. It is what a reader would type to try one out. */
const brief = [
  ...['backend=fake', 'n=2', 'max_output_tokens=4', 'energy.sources=[simulated]'],
  ...['warmup.enabled=false', 'baseline.enabled=false'],
  ...['execution.n_cycles=1', 'execution.experiment_gap_seconds=0'],
].map(parseOverride)

async function planOf(name: string, overrides: typeof brief) {
  const study = await loadStudy(join(folder, name), { overrides, sections: await loadSections() })
  return { study, plan: planStudy(study, () => local) }
}

test('every example is listed here', () => {
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(sizes).sort())
})

for (const [name, size] of Object.entries(sizes)) {
  test(`${name} plans ${size} experiments, of which every one can run`, async () => {
    const { study, plan } = await planOf(name, [])
    assert.equal(study.count, size)
    assert.equal(plan.experiments.length, size)
    assert.equal(plan.slots.length, size * study.settings.execution.n_cycles)
  })

  test(`${name} runs on the fake backend`, async (t) => {
    const resultsDir = mkdtempSync(join(tmpdir(), 'llem-example-'))
    t.after(() => rmSync(resultsDir, { recursive: true }))
    const { plan } = await planOf(name, brief)
    const { PATH, HOME } = process.env
    const statuses: string[] = []
    for await (const event of runStudy(plan, {
      clock: monotonicClock,
      env: { PATH, HOME },
      signal: new AbortController().signal,
      cacheDir: join(resultsDir, 'cache'),
      resultsDir,
    }))
      if (event.type === 'experimentEnded') statuses.push(event.outcome.status)
    assert.deepEqual(
      statuses,
      plan.slots.map(() => 'measured'),
    )
  })
}
