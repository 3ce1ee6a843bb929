import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { containerPaths } from '../core/containerPaths.ts'
import { runDocker, testImage } from '../testing/dockerImage.ts'
import { dockerStudy } from '../testing/dockerStudy.ts'
import { installFakeEngines } from '../testing/fakeEngines.ts'
import { requirePart } from '../testing/requirePart.ts'
import { quick, temporary } from '../testing/watchStudy.ts'

const study = {
  ...quick,
  model: 'synthetic/tiny',
  backend: 'vllm',
  n: 3,
  max_output_tokens: 4,
  max_input_tokens: 16,
}

test('a started server is measured in the container of its image as it is here', (t) => {
  const image = imageWithVllm(t)
  if (!requirePart(t, 'docker', image.missing)) return
  const engines = installFakeEngines(['vllm'])
  t.after(engines.remove)
  const here = dockerStudy(t, { ...study, runners: { vllm: 'local' } }, engines.env)
  const there = dockerStudy(t, { ...study, runners: { vllm: `docker:${image.name}` } })
  const [local, inDocker] = [here, there].map(({ llem, outcomes }) => {
    const { status, stderr } = llem('run', 'study.yaml')
    assert.equal(status, 0, stderr)
    const [{ result } = { result: null }] = outcomes()
    assert.ok(result !== null)
    return result
  })
  assert.equal(inDocker?.experiment.runner.mode, 'docker')
  assert.deepEqual(inDocker?.tokens, local?.tokens)
  // Of the runner alone one knows more: the image.
  const [shape, shapeHere] = [inDocker, local].map((result) =>
    shapeOf({ ...result, experiment: { ...result?.experiment, runner: null } }),
  )
  assert.deepEqual(shape, shapeHere)
  assert.deepEqual(there.containers(), [])
})

/** Keys all the way down; what is under them differs from run to run. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'object' || value === null) return 'value'
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]))
}

/** The image of the tests with a program `vllm` on its PATH, which is the fake engine. */
function imageWithVllm(t: TestContext) {
  const base = testImage('glibc')
  if (base.missing !== null) return base
  const program = join(temporary(t), 'vllm')
  const engine = `${containerPaths.program}/dist/testing/fixtures/programs/fakeEngine.js`
  writeFileSync(program, `#!/bin/sh\nexec ${containerPaths.node} ${engine} "$@"\n`)
  chmodSync(program, 0o755)
  const name = 'llem-test/vllm:fake'
  const { stdout } = runDocker(['create', base.name, '/bin/sh'])
  const container = stdout.trim()
  try {
    const copied = runDocker(['cp', program, `${container}:/bin/vllm`])
    const made = runDocker(['commit', container, name])
    const missing = copied.status === 0 && made.status === 0 ? null : copied.stderr + made.stderr
    return { name, missing }
  } finally {
    runDocker(['rm', container])
  }
}
