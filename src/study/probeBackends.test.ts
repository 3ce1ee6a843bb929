import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installFakeEngines } from '../testing/fakeEngines.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { probeBackends } from './probeBackends.ts'

const engines = [
  { model: 'synthetic/tiny', backend: 'vllm' },
  { model: 'synthetic/tiny', backend: 'llama-server' },
  { model: 'anything', backend: 'fake' },
]

test('engines that are not installed are all told at once, with what installs them', async () => {
  const problems = await probeBackends(await planOf(engines), { PATH: '/nowhere' })
  assert.deepEqual(
    problems.map(({ code, message }) => [code, message]),
    ['llama-server', 'vllm'].map((name) => [
      'BACKEND_UNAVAILABLE',
      `the backend ${name} cannot run here: there is no program ${name} on the PATH`,
    ]),
  )
  assert.match(problems[1]?.hint ?? '', /^pip install vllm, or run it in a container: runners: \{/)
})

test('engines that are installed, and those of containers, are no problem', async (t) => {
  const installed = installFakeEngines(['vllm', 'llama-server'])
  t.after(installed.remove)
  assert.deepEqual(await probeBackends(await planOf(engines), installed.env), [])
  const plan = await planOf(engines)
  const inDocker = { mode: 'docker', image: null, source: 'study' } as const
  const experiments = plan.experiments.map((experiment) => ({ ...experiment, runner: inDocker }))
  assert.deepEqual(await probeBackends({ ...plan, experiments }, { PATH: '/nowhere' }), [])
})
