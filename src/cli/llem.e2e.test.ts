import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programs } from '../core/programs.ts'
import { resultSchema } from '../store/resultFile.ts'

const command = fileURLToPath(programs.command)

interface Place {
  directory: string
  env: NodeJS.ProcessEnv
}

/** A directory of its own for results and caches, gone after the test. */
function place(t: TestContext): Place {
  const directory = mkdtempSync(join(tmpdir(), 'llem-e2e-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const { PATH, HOME } = process.env
  return { directory, env: { PATH, HOME, LLEM_CACHE_DIR: join(directory, 'cache') } }
}

function llem({ directory, env }: Place, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...words], {
    cwd: directory,
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** A run of the fake backend that ends in about a second. */
const quick = [
  ...['run', '--backend', 'fake', '-n', '4', '--max-output-tokens', '8'],
  ...['--set', 'baseline.enabled=false', '--set', 'warmup.enabled=false'],
  ...['--set', 'energy.sources=[simulated]'],
]

test('the version is that of the package, alone on stdout', (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const flag of ['--version', '-V']) {
    assert.deepEqual(llem(place(t), flag), { status: 0, stdout: `${version}\n`, stderr: '' })
  }
})

test('bad usage ends with 2 and says on stderr what to type', (t) => {
  const { status, stdout, stderr } = llem(place(t), 'ruin')
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /^error: unknown command 'ruin'\nhint: Did you mean run\?/)
})

test('doctor names every plug-in, as text and as JSON, and its exit code is its verdict', (t) => {
  const here = place(t)
  const text = llem(here, 'doctor')
  const json = llem(here, 'doctor', '--json')
  const { backends, sources, runners, exitCode } = JSON.parse(json.stdout)
  for (const { name } of [...backends, ...sources, ...runners]) {
    assert.match(text.stdout, new RegExp(`(ok|no) +${name} `))
  }
  assert.equal(json.status, exitCode)
  assert.equal(text.status, exitCode)
})

test('list prints the models as JSON with nothing else on stdout', (t) => {
  const { status, stdout, stderr } = llem(place(t), 'list', 'models', '--json')
  assert.deepEqual([status, stderr], [0, ''])
  assert.ok(JSON.parse(stdout).some(({ name }: { name: string }) => name === 'synthetic/tiny'))
})

test('run --json prints one record with the whole result, and progress on stderr alone', (t) => {
  const here = place(t)
  const { status, stdout, stderr } = llem(here, ...quick, '--json')
  assert.equal(status, 0, stderr)
  const { experiments, ...record } = JSON.parse(stdout)
  assert.deepEqual(
    [record.schemaVersion, record.status, record.exitCode, record.error],
    [1, 'completed', 0, null],
  )
  assert.equal(experiments.length, 1)
  const result = resultSchema.parse(experiments[0].result)
  assert.deepEqual([result.requests.completed, result.tokens.outputTokens], [4, 32])
  assert.match(stderr, /\[1\/1\] measured in /)
})

test('run --events prints every event as a line of JSON, of one run and of many alike', (t) => {
  for (const many of [[], ['--set', 'execution.n_cycles=2']]) {
    const { status, stdout, stderr } = llem(place(t), ...quick, ...many, '--events', '--quiet')
    assert.deepEqual([status, stderr], [0, ''])
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual([events[0].type, events.at(-1).type], ['studyStarted', 'studyEnded'])
    const ended = events.filter(({ type }) => type === 'experimentEnded')
    assert.equal(ended.length, many.length === 0 ? 1 : 2)
    for (const { figures } of ended) assert.ok(figures.outputTokensPerSecond > 0)
  }
})

test('with --events a study that cannot begin ends with a line that says why', (t) => {
  const { status, stdout } = llem(place(t), 'run', 'no-such.yaml', '--events')
  const { type, code, exitCode } = JSON.parse(stdout)
  assert.deepEqual([status, type, code, exitCode], [2, 'error', 'CONFIG_UNREADABLE', 2])
})

test('a run leaves its results directory and prints a report that names it', (t) => {
  const here = place(t)
  const { status, stdout, stderr } = llem(here, ...quick, '--name', 'mine', '--quiet')
  assert.deepEqual([status, stderr], [0, ''])
  const [study = ''] = readdirSync(join(here.directory, 'results'))
  assert.match(study, /^mine-/)
  assert.ok(stdout.includes(join('results', study, 'runs')), stdout)
})

test('a failed experiment ends with 5, and its failure is on stderr and in the record', (t) => {
  const { status, stdout, stderr } = llem(
    place(t),
    ...quick,
    ...['--set', 'fake.fail_launch=true', '--json', '--quiet'],
  )
  assert.equal(status, 5)
  const { experiments, exitCode } = JSON.parse(stdout)
  assert.deepEqual([exitCode, experiments[0].status], [5, 'failed'])
  assert.equal(experiments[0].failure.phase, 'launch')
  assert.match(stderr, / failed in phase launch\n/)
})

test('Ctrl-C ends a run cleanly with 130 and leaves no child', { timeout: 60_000 }, async (t) => {
  const here = place(t)
  const words = [...quick, '--set', 'fake.hang_at_request=2']
  const child = spawn(process.execPath, [command, ...words], { cwd: here.directory, env: here.env })
  let stderr = ''
  child.stderr.setEncoding('utf8')
  for await (const chunk of child.stderr) {
    stderr += chunk
    if (/launch \d/.test(stderr) && !stderr.includes('ending')) child.kill('SIGINT')
  }
  const status = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))
  assert.equal(status, 130, stderr)
})

test('a reader that goes away early is not an error', async (t) => {
  const here = place(t)
  const child = spawn(process.execPath, [command, 'list', 'models'], {
    cwd: here.directory,
    env: here.env,
  })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8')
  for await (const chunk of child.stderr) stderr += chunk
  const status = child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve)))
  assert.deepEqual([status, stderr], [0, ''])
})
