import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { dockerSchema } from '../../config/dockerOptions.ts'
import { monotonicClock } from '../../core/clock.ts'
import { runDocker, testImage } from '../../testing/dockerImage.ts'
import { type DockerStudy, dockerStudy } from '../../testing/dockerStudy.ts'
import { plainJob } from '../../testing/plainJob.ts'
import { programArgv } from '../../testing/programs.ts'
import { requirePart } from '../../testing/requirePart.ts'
import { quick } from '../../testing/watchStudy.ts'
import { runner } from '../docker.ts'
import type { Job, JobExit } from '../runner.ts'

const image = testImage('glibc')
const runners = { fake: `docker:${image.name}` }

/** Runs one of our programs in a container, outside of any study. */
function runJob(t: TestContext, changes: Partial<Job>, options = {}): Promise<JobExit> {
  const dir = mkdtempSync(join(tmpdir(), 'llem-job-'))
  t.after(() => rmSync(dir, { recursive: true }))
  return runner.run(
    {
      ...plainJob,
      id: 'job',
      dir,
      argv: programArgv('printsLines', 'ready'),
      image: { name: image.name, id: null },
      ...changes,
    },
    dockerSchema.parse(options),
    { onLine() {}, signal: new AbortController().signal, env: process.env, clock: monotonicClock },
  )
}

test('a crash and a hang are recorded, their containers are gone, and the next one is measured', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { llem, outcomes, containers } = dockerStudy(t, {
    ...quick,
    runners,
    execution: { experiment_timeout_seconds: 8 },
    experiments: [
      { fake: { crash_at_request: 2 } },
      { fake: { hang_at_request: 2, ignore_sigterm: true } },
      { fake: {} },
    ],
  })
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 4, stderr)
  const [crashed, hung, measured] = outcomes()
  assert.equal(crashed?.failure?.code, 'DOCKER_CONTAINER')
  assert.deepEqual([crashed.failure.signal, crashed.failure.phase], ['SIGKILL', 'measure'])
  assert.equal(hung?.failure?.code, 'DOCKER_TIMEOUT')
  assert.equal(crashed.failure.runner.image?.name, image.name)
  assert.match(crashed.failure.runner.image?.id ?? '', /^sha256:/)
  assert.equal(crashed.failure.log, 'worker.log')
  assert.ok(measured?.result !== null)
  assert.deepEqual(containers(), [])
})

test('a container that says nothing is ended', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { llem, outcomes, containers } = dockerStudy(t, {
    ...quick,
    runners,
    execution: { silence_timeout_seconds: 4 },
    fake: { hang_at_request: 2 },
    // The power of the sampler would be told all the time.
    energy: { sources: [] },
  })
  assert.equal(llem('run', 'study.yaml').status, 5)
  assert.equal(outcomes()[0]?.failure?.code, 'DOCKER_SILENT')
  assert.deepEqual(containers(), [])
})

test('a container that outgrows its memory is known by its state', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { llem, outcomes } = dockerStudy(t, {
    ...quick,
    runners,
    docker: { memory_gib: 0.15 },
    fake: { flood_stdout: 600 },
  })
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 5, stderr)
  const failure = outcomes()[0]?.failure
  assert.equal(failure?.code, 'DOCKER_OUT_OF_MEMORY')
  assert.match(failure.message, /153\.6 MiB/)
})

test('what a program prints is no reason, whatever it says', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const argv = programArgv('exitsWithCode', '3')
  const { failure, code } = await runJob(t, { argv })
  assert.deepEqual([failure?.code, code], ['DOCKER_CONTAINER', 3])
})

test('an image that is nowhere to be had is told before anything runs', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const study = dockerStudy(t, { ...quick, runners: { fake: 'docker:llem-test/nowhere:0' } })
  const error = refusalOf(study)
  assert.equal(error.code, 'DOCKER_IMAGE_PULL')
  assert.ok(error.message.includes('llem-test/nowhere:0'))
})

test('an image that vanished meanwhile is a failure of the experiment', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { failure } = await runJob(t, { image: { name: 'llem-test/nowhere:0', id: null } })
  assert.equal(failure?.code, 'DOCKER_IMAGE_PULL')
})

test('devices without the toolkit are a failure with the way to get it', async (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { stdout } = runDocker(['info', '--format', '{{json .Runtimes}}'])
  const has = stdout.includes('nvidia') ? 'the toolkit is installed here' : null
  if (!requirePart(t, 'no toolkit', has)) return
  const { failure } = await runJob(t, { gpus: ['GPU-00000000-0000-0000-0000-000000000000'] })
  assert.equal(failure?.code, 'DOCKER_GPU_ACCESS')
  assert.match(failure.hint, /nvidia-ctk/)
})

for (const [content, architecture] of [
  ['empty', undefined],
  ['no-libstdc++', undefined],
  ['glibc', process.arch === 'arm64' ? 'amd64' : 'arm64'],
] as const) {
  const unfit = testImage(content, architecture)
  test(`${unfit.name}, which our Node cannot run in, is told before anything runs`, (t) => {
    if (!requirePart(t, 'docker', unfit.missing)) return
    const study = dockerStudy(t, { ...quick, runners: { fake: `docker:${unfit.name}` } })
    const error = refusalOf(study)
    assert.equal(error.code, 'DOCKER_RUNTIME_MOUNT')
    assert.ok(error.message.includes(unfit.name))
  })
}

/** Why a study was not begun. */
function refusalOf({ llem, directory }: DockerStudy): { code: string; message: string } {
  const { status, stdout } = llem('run', 'study.yaml', '--json')
  assert.equal(status, 3, stdout)
  assert.ok(!existsSync(join(directory, 'results')), 'nothing was begun')
  return JSON.parse(stdout).error
}
