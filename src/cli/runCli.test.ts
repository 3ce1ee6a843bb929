import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../core/errors.ts'
import { assertGolden } from '../testing/golden.ts'
import { captureIo } from './capturedIo.ts'
import { runCli } from './runCli.ts'

async function run(...words: string[]) {
  const io = captureIo()
  await runCli(words, io)
  return { ...io.text, exitCode: io.exitCode }
}

test('the help of every command is as approved', async () => {
  assertGolden('src/cli/golden/help.txt', (await run('--help')).stdout)
  for (const command of ['run', 'plan', 'resume', 'doctor', 'list', 'image', 'migrate']) {
    assertGolden(`src/cli/golden/help-${command}.txt`, (await run(command, '--help')).stdout)
  }
})

test('without words it prints the help and is content', async () => {
  const bare = await run()
  assert.equal(bare.stdout, (await run('--help')).stdout)
  assert.deepEqual([bare.stderr, bare.exitCode], ['', null])
})

test('a mistyped command is bad input, with the nearest one named on stderr', async () => {
  assert.deepEqual(await run('docter'), {
    stdout: '',
    stderr:
      "error: unknown command 'docter'\n" +
      'hint: Did you mean doctor? Run `llem --help` or `llem <command> --help`.\n',
    exitCode: exitCodes.badInput,
  })
})

test('a mistyped flag is bad input, with the nearest one named', async () => {
  const { stderr, exitCode } = await run('run', '--concurency', '2')
  assert.match(stderr, /^error: unknown option '--concurency'\nhint: Did you mean --concurrency\?/)
  assert.equal(exitCode, exitCodes.badInput)
})

test('a flag without its value is bad input', async () => {
  const { stderr, exitCode } = await run('run', '--model')
  assert.match(stderr, /^error: option '-m, --model <model>' argument missing\nhint: /)
  assert.equal(exitCode, exitCodes.badInput)
})

test('a list of something else names what there is', async () => {
  const { stderr, exitCode } = await run('list', 'gpus')
  assert.match(stderr, /backends, sources, runners, models, options/)
  assert.equal(exitCode, exitCodes.badInput)
})

test('all problems of flags are told at once, each by what was typed', async () => {
  const { stderr, stdout, exitCode } = await run(
    'run',
    '-n',
    'ten',
    '--set',
    'sed=1',
    '--seed',
    '-1',
  )
  assert.match(stderr, /-n ten: expected/)
  assert.match(stderr, /--set sed=1: expected/)
  assert.match(stderr, /--seed -1 random_seed: expected/)
  assert.deepEqual([stdout, exitCode], ['', exitCodes.badInput])
})

test('with --json a study that cannot begin is still one record on stdout', async () => {
  const { stdout, stderr, exitCode } = await run('run', 'no-such-study.yaml', '--json')
  const { error, ...rest } = JSON.parse(stdout)
  assert.deepEqual(rest, {
    schemaVersion: 1,
    status: 'error',
    exitCode: exitCodes.badInput,
    resultsDirectory: null,
    experiments: [],
  })
  assert.equal(error.code, 'CONFIG_UNREADABLE')
  assert.match(stderr, /^error: cannot read no-such-study\.yaml/)
  assert.equal(exitCode, exitCodes.badInput)
})

test('every entry of list backends, sources and runners says what it is for', async () => {
  for (const what of ['backends', 'sources', 'runners']) {
    const entries = JSON.parse((await run('list', what, '--json')).stdout)
    for (const { name, title, docs } of entries) {
      assert.ok(name !== '' && title !== '' && docs !== '', `${what} ${name}`)
    }
    const { stdout } = await run('list', what)
    for (const { name, title } of entries) {
      assert.ok(stdout.includes(name) && stdout.includes(title), `${what} ${name}`)
    }
  }
})
