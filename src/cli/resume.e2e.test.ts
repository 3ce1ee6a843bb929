import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programs } from '../core/programs.ts'
import { survivors } from '../testing/programs.ts'
import { quick, temporary } from '../testing/watchStudy.ts'

const command = fileURLToPath(programs.command)

/** A directory with a study file in it. */
function place(t: TestContext, study: object) {
  const directory = temporary(t)
  const file = join(directory, 'study.yaml')
  const write = (changed: object): void => writeFileSync(file, JSON.stringify(changed))
  write({ ...quick, ...study })
  const { PATH, HOME } = process.env
  const options = { cwd: directory, env: { PATH, HOME } }
  return {
    directory,
    write,
    llem: (...words: string[]) =>
      spawnSync(process.execPath, [command, ...words], { ...options, encoding: 'utf8' }),
    start: (...words: string[]) => spawn(process.execPath, [command, ...words], options),
    study: () => join('results', readdirSync(join(directory, 'results'))[0] ?? ''),
  }
}

/** Sends Ctrl-C as often as asked when a line matches, and resolves with the exit code and what was said. */
async function interruptAt(child: ChildProcess, line: RegExp, times = 1, before = (): void => {}) {
  const said: string[] = []
  let left = times
  assert.ok(child.stderr)
  for await (const heard of createInterface({ input: child.stderr })) {
    said.push(heard)
    if (line.test(heard)) before()
    const isTime = line.test(heard) || heard.startsWith('ending')
    if (isTime && left-- > 0) child.kill('SIGINT')
  }
  if (child.exitCode === null) await once(child, 'exit')
  return { status: child.exitCode, said: said.join('\n') }
}

test('an interrupted study says how to go on, and going on does the rest', async (t) => {
  const { llem, start, study } = place(t, { execution: { n_cycles: 3 } })
  const { status, said } = await interruptAt(start('run', 'study.yaml'), /measured in/)
  assert.equal(status, 130, said)
  assert.ok(said.endsWith(`go on with: llem resume ${study()}`), said)
  const resumed = llem('resume', '--json')
  assert.equal(resumed.status, 0, resumed.stderr)
  assert.match(resumed.stderr, /^results in .*\n[12] of 3 measured before\n/)
  const { experiments } = JSON.parse(resumed.stdout)
  assert.equal(experiments.length, 3)
  assert.equal(llem('resume').status, 2)
})

test('a changed study file is refused with what changed, and more cycles extend the study', (t) => {
  const { llem, write, study } = place(t, {})
  assert.equal(llem('run', 'study.yaml', '-q').status, 0)
  write({ ...quick, n: 5 })
  const refused = llem('resume', study())
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /\n {2}n: 4 -> 5\nhint: /)
  write({ ...quick, execution: { n_cycles: 3 } })
  const extended = llem('resume', study())
  assert.equal(extended.status, 0, extended.stderr)
  assert.match(extended.stderr, /1 of 3 measured before/)
  assert.match(extended.stderr, /\[3\/3\] measured in/)
})

test('a study that is running is left alone, and a second Ctrl-C kills its worker', async (t) => {
  const { directory, llem, start, study } = place(t, {
    fake: { hang_at_request: 1, ignore_sigterm: true },
  })
  const child = start('run', 'study.yaml')
  const { status } = await interruptAt(child, /launch/, 2, () => {
    const refused = llem('resume', study())
    assert.equal(refused.status, 3)
    assert.ok(refused.stderr.includes(`process ${child.pid}`), refused.stderr)
  })
  assert.equal(status, 130)
  assert.deepEqual(survivors(directory), [])
})

test('a study that goes on elsewhere finds its files where they were', (t) => {
  const { directory, llem, study } = place(t, { dataset: 'prompts.jsonl', n: 1 })
  const prompts = Array.from({ length: 4 }, (_, index) => JSON.stringify({ prompt: `${index}` }))
  writeFileSync(join(directory, 'prompts.jsonl'), '')
  assert.equal(llem('run', 'study.yaml', '-q').status, 5)
  writeFileSync(join(directory, 'prompts.jsonl'), prompts.join('\n'))
  const elsewhere = temporary(t)
  const { status, stderr } = spawnSync(
    process.execPath,
    [command, 'resume', join(directory, study())],
    { cwd: elsewhere, encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
})
