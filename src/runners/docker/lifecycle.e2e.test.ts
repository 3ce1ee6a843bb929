import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dockerSchema } from '../../config/dockerOptions.ts'
import { monotonicClock } from '../../core/clock.ts'
import { runDocker, testImage } from '../../testing/dockerImage.ts'
import { dockerStudy, listen } from '../../testing/dockerStudy.ts'
import { plainJob } from '../../testing/plainJob.ts'
import { programArgv } from '../../testing/programs.ts'
import { requirePart } from '../../testing/requirePart.ts'
import { quick } from '../../testing/watchStudy.ts'
import { runner } from '../docker.ts'
import type { Job, JobIo } from '../runner.ts'

const image = testImage('glibc')
const runners = { fake: `docker:${image.name}` }
const hanging = { ...quick, runners, fake: { hang_at_request: 2 } }

function jobIn(t: TestContext, changes: Partial<Job>): Job {
  const dir = mkdtempSync(join(tmpdir(), 'llem-job-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return {
    ...plainJob,
    id: 'job',
    dir,
    argv: [],
    image: { name: image.name, id: null },
    ...changes,
  }
}

const io = (changes: Partial<JobIo> = {}): JobIo => ({
  onLine() {},
  signal: new AbortController().signal,
  env: process.env,
  clock: monotonicClock,
  ...changes,
})

test('Ctrl-C ends the container in good order, and nothing of it is left', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { start, containers } = dockerStudy(t, hanging)
  const child = start('run', 'study.yaml')
  const { status, said } = await listen(child, (line) => {
    if (line.includes('launch')) child.kill('SIGINT')
  })
  assert.equal(status, 130, said)
  assert.deepEqual(containers(), [])
})

test('Ctrl-C twice kills the container', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const fake = { hang_at_request: 2, ignore_sigterm: true }
  const { start, containers } = dockerStudy(t, { ...hanging, fake })
  const child = start('run', 'study.yaml')
  const { status, said } = await listen(child, (line) => {
    if (line.includes('launch') || line.startsWith('ending')) child.kill('SIGINT')
  })
  assert.equal(status, 130, said)
  assert.deepEqual(containers(), [])
})

test('the container of a host that was killed ends by itself, and the next study removes it, and no other', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const killed = dockerStudy(t, hanging)
  const child = killed.start('run', 'study.yaml')
  await listen(child, (line) => {
    if (line.includes('launch')) child.kill('SIGKILL')
  })
  const [left = ''] = killed.containers().map((line) => line.split(' ')[0])
  assert.notEqual(left, '')
  runDocker(['wait', left])
  const others = ['other', 'elsewhere'].map((name) => `llem-test-${name}-${process.pid}`)
  t.after(() => runDocker(['rm', '--force', ...others]))
  for (const name of others) {
    const labels = ['llem.host=elsewhere', 'llem.scope=boot pid:[1]', 'llem.process=1@1']
    const ours = name.includes('elsewhere') ? labels.flatMap((label) => ['--label', label]) : []
    runDocker(['create', '--name', name, ...ours, image.name, '/bin/sh'])
  }

  const next = dockerStudy(t, { ...quick, runners })
  const { status, stderr } = next.llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  assert.deepEqual(killed.containers(), [])
  const { stdout } = runDocker(['ps', '--all', '--format', '{{.Names}}'])
  for (const name of others) assert.ok(stdout.split('\n').includes(name), name)
})

test('a secret is with the worker, and with nobody who asks the daemon or looks at the disk', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const secret = 'hf_of_this_test_alone'
  const stop = new AbortController()
  const job = jobIn(t, { argv: programArgv('showsToken'), env: { HF_TOKEN: secret } })
  const seen: string[] = []
  await runner.run(
    job,
    dockerSchema.parse({}),
    io({
      signal: stop.signal,
      onLine(line) {
        seen.push(line)
        const names = runDocker(['ps', '--filter', 'label=llem.experiment=job', '--quiet'])
        const { stdout } = runDocker(['inspect', ...names.stdout.trim().split('\n')])
        seen.push(stdout)
        for (const file of readdirSync(job.dir))
          seen.push(readFileSync(join(job.dir, file), 'utf8'))
        stop.abort()
      },
    }),
  )
  assert.equal(seen[0], `a token of ${secret.length} letters`)
  assert.match(seen[1] ?? '', /receiveEnvironment/)
  assert.ok(!seen.join('\n').includes(secret))
})

test('50 containers in a row leave none behind', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const job = jobIn(t, { study: `fifty-${process.pid}`, argv: programArgv('printsLines', 'ready') })
  for (let round = 0; round < 50; round++) {
    const { code, failure } = await runner.run(job, dockerSchema.parse({}), io())
    assert.deepEqual([code, failure], [0, null])
  }
  const all = ['ps', '--all', '--quiet', '--filter', `label=llem.study=${job.study}`]
  assert.equal(runDocker(all).stdout, '')
})
