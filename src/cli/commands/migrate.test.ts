import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { captureIo } from '../capturedIo.ts'
import { runCli } from '../runCli.ts'

async function migrate(t: TestContext, name: string, content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'llem-migrate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  const io = captureIo()
  await runCli(['migrate', path], io)
  assert.equal(readFileSync(path, 'utf8'), content)
  const stderr = io.text.stderr.replaceAll(path, name)
  return { stdout: io.text.stdout, stderr, exitCode: io.exitCode }
}

test('the new study goes to stdout, what became of its keys to stderr, and the file stays as it is', async (t) => {
  const old = `task: {model: m} # the model
backend: fake
task_name: x
measurement:
  warmup: {convergence_detection: true}
`
  assert.deepEqual(await migrate(t, 'old.yaml', old), {
    stdout: `model: m # the model
backend: fake
task_name: x
dataset: aienergyscore # the default of the Python tool
max_input_tokens: 256 # the default of the Python tool
max_output_tokens: 256 # the default of the Python tool
`,
    stderr: `old.yaml: 1 key renamed
left out:
  5 measurement.warmup.convergence_detection: warm-up always goes on until throughput is steady
written out, being defaults of the Python tool:
  dataset: aienergyscore
  max_input_tokens: 256
  max_output_tokens: 256
not the same here:
  every request makes exactly max_output_tokens tokens, the likeliest ones, unless decoder says otherwise: the Python tool let the model stop by itself, and left the choice of tokens to the engine or sampled at temperature 1
to correct in the new study before it runs:
  3:1 task_name: expected a known key, found task_name
`,
    exitCode: 0,
  })
})

test('a study in our words needs nothing', async (t) => {
  const text = 'model: m # ours\nbackend: fake\n'
  assert.deepEqual(await migrate(t, 'study.yaml', text), {
    stdout: text,
    stderr: 'study.yaml has no key of the Python tool\n',
    exitCode: 0,
  })
})

test('what is no YAML, and what is code, is bad input', async (t) => {
  const broken = await migrate(t, 'old.yaml', 'task: [\n')
  assert.deepEqual([broken.exitCode, broken.stdout], [2, ''])
  assert.match(broken.stderr, /^error: old\.yaml: 1 problem\n {2}\d+:\d+: /)
  const code = await migrate(t, 'my.study.mjs', 'export default {}')
  assert.deepEqual([code.exitCode, code.stdout], [2, ''])
  assert.match(code.stderr, /cannot read my\.study\.mjs: it is code/)
})
