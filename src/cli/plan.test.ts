import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { exitCodes } from '../core/errors.ts'
import { temporary } from '../testing/watchStudy.ts'
import { captureIo } from './capturedIo.ts'
import { runCli } from './runCli.ts'

async function run(...words: string[]) {
  const io = captureIo()
  await runCli(words, io)
  return { ...io.text, exitCode: io.exitCode }
}

const study = `name: lengths
model: anything
backend: fake
sweep:
  n: [1, 2, 1]
  decoder.min_new_tokens: [0, 999]
execution: {n_cycles: 2}
`

test('a plan shows what is left out and what is left, and measures nothing', async (t) => {
  const file = join(temporary(t), 'study.yaml')
  writeFileSync(file, study)
  const { stdout, stderr, exitCode } = await run('plan', file)
  assert.deepEqual([stderr, exitCode], ['', exitCodes.measured])
  const title = `lengths (${file}): 2 experiments x 2 cycles = 4 runs, interleaved`
  assert.ok(stdout.replace(/\s+/g, ' ').startsWith(title))
  assert.match(stdout, /^Skipped: 3 of 6 combinations cannot run$/m)
  assert.match(stdout, /^Merged: 1 declared again, and run once$/m)
  assert.match(stdout, /^ {2}2 +n=2$/m)
})

test('--json has every experiment and every run', async (t) => {
  const file = join(temporary(t), 'study.yaml')
  writeFileSync(file, study)
  const { stdout } = await run('plan', file, '--json', '--set', 'execution.n_cycles=3')
  const { experiments, slots, ...record } = JSON.parse(stdout)
  assert.deepEqual(
    experiments.map(({ label }: { label: string }) => label),
    ['n=1', 'n=2'],
  )
  assert.equal(slots.length, 6)
  assert.deepEqual([record.experimentCount, record.runCount, record.combinations], [2, 6, 6])
  assert.equal(record.estimate.durationBases[0].kind, 'stated')
})

test('files that are missing are told, each with the experiments that need them', async (t) => {
  const file = join(temporary(t), 'study.yaml')
  const absent = join(temporary(t), 'absent.gguf')
  writeFileSync(
    file,
    `model: synthetic/tiny\nsweep: {n: [1, 2]}\nexperiments: [{model: ${absent}}]\n`,
  )
  const { stdout, exitCode } = await run('plan', file)
  assert.equal(exitCode, exitCodes.measured)
  assert.match(stdout, /^ {2}files +of 3 experiments 1 would fail with those that are here:$/m)
  assert.ok(stdout.replace(/\s+/g, '').includes(`thereisnomodelfile${absent}`), stdout)
  const { unready } = JSON.parse((await run('plan', file, '--json')).stdout)
  assert.deepEqual(
    unready.map(({ code }: { code: string }) => code),
    ['MODEL_FILE_MISSING'],
  )
})

test('--strict refuses what would be skipped', async (t) => {
  const file = join(temporary(t), 'study.yaml')
  writeFileSync(file, study)
  const { stdout, stderr, exitCode } = await run('plan', file, '--strict')
  assert.deepEqual([stdout, exitCode], ['', exitCodes.badInput])
  assert.match(stderr, /3 of 6 combinations cannot run\n {2}3 x 6:31 /)
})

test('without a file it plans what llem run would measure without one', async () => {
  const { stdout } = await run('plan')
  assert.match(stdout, /^quickstart: 1 experiment\n/)
})
