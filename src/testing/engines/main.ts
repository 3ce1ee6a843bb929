/**
 * `npm run test:engines`: a short study on every real engine of this machine, through the built command, and a check of what came
 * out. Engines are found by the PATH; one that is not there is skipped with its reason, unless LLEM_TEST_REQUIRE names it.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackend } from '../../backends/registry.gen.ts'
import { monotonicClock } from '../../core/clock.ts'
import { formatDuration } from '../../core/units.ts'
import { checkMeasured, checkSameWork } from './checkMeasured.ts'
import { renderEngines, renderWarnings } from './renderEngines.ts'
import { type Measured, runEngine } from './runEngine.ts'
import { work } from './work.ts'

const names = ['llamacpp', 'llama-server', 'pytorch', 'vllm', 'sglang']
/** Those that a machine must have. */
const required = (process.env['LLEM_TEST_REQUIRE'] ?? '').split(',').map((name) => name.trim())
/** Names to run; all when there is none. */
const wanted = process.argv.slice(2)

const say = (text: string): void => void process.stdout.write(`${text}\n`)
say(
  `${work.requests} requests of ${work.outputTokens} tokens, ${work.inFlight} at a time, prompts of up to ${work.mostInputTokens} tokens, on ${work.model} (made-up weights): a minute or two for each engine`,
)
const measured: Measured[] = []
const problems: string[] = []
const directory = await mkdtemp(join(tmpdir(), 'llem-engines-'))
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  const backend = await loadBackend(name)
  const found = await backend?.probe(process.env)
  if (found?.status !== 'available') {
    const reason = found?.reason ?? 'the registry does not know it'
    say(`skip ${name}: ${reason}`)
    if (required.includes(name)) problems.push(`${name} is required here, but ${reason}`)
    continue
  }
  say(`run  ${name}: ${found.detail}`)
  const startMs = monotonicClock.nowMs()
  const run = await runEngine(name, directory)
  say(`     ${run.status} in ${formatDuration(monotonicClock.nowMs() - startMs)}`)
  if (run.status === 'failed') problems.push(`${name}: ${run.message}`)
  else {
    measured.push(run)
    problems.push(...checkMeasured(run).map((problem) => `${name}: ${problem}`))
  }
}
problems.push(...checkSameWork(measured))
if (measured.length > 0) say(`\n${renderEngines(measured)}\n${renderWarnings(measured)}`)
for (const problem of problems) say(`FAIL ${problem}`)
say(`${measured.length} engines measured, ${problems.length} problems`)
if (problems.length === 0) await rm(directory, { recursive: true, force: true })
else say(`Results are in ${directory}`)
process.exitCode = problems.length === 0 ? 0 : 1
