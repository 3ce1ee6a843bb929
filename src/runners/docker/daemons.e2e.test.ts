import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ownArchitecture, runDocker, testImage } from '../../testing/dockerImage.ts'
import { dockerStudy, listen } from '../../testing/dockerStudy.ts'
import { noPrivateDocker, privateDocker } from '../../testing/privateDocker.ts'
import { requirePart } from '../../testing/requirePart.ts'
import { quick } from '../../testing/watchStudy.ts'

const env = (DOCKER_HOST: string) => ({ PATH: process.env['PATH'], DOCKER_HOST })

test('a daemon that does not see our files gets them by copy, and gives back what was made of them', async (t) => {
  if (!requirePart(t, 'docker', noPrivateDocker)) return
  const { DOCKER_HOST } = await privateDocker(t, { isBlind: true })
  const image = testImage('glibc', ownArchitecture, env(DOCKER_HOST))
  assert.equal(image.missing, null)
  const study = dockerStudy(
    t,
    {
      ...quick,
      backend: 'llamacpp',
      model: 'synthetic/tiny',
      n: 2,
      execution: { n_cycles: 2 },
      runners: { llamacpp: `docker:${image.name}` },
    },
    { DOCKER_HOST },
  )
  const { status, stderr } = study.llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  for (const { result, directory } of study.outcomes()) {
    assert.equal(result?.experiment.runner.mode, 'docker')
    assert.ok(readdirSync(directory).includes('power.parquet'))
  }
  const volumes = runDocker(['volume', 'ls', '--quiet'], env(DOCKER_HOST)).stdout.trim().split('\n')
  assert.equal(volumes.filter((name) => name.startsWith('llem-program-')).length, 1)
  assert.ok(
    volumes.every((name) => name.startsWith('llem-')),
    'no other volume is left',
  )
  assert.equal(runDocker(['ps', '--all', '--quiet'], env(DOCKER_HOST)).stdout, '')
  assert.ok(!readdirSync(join(study.directory, 'cache')).some((name) => name.endsWith('.gguf')))
})

test('a daemon that is shut down fails the experiments until it is back, and the study is resumed', async (t) => {
  if (!requirePart(t, 'docker', noPrivateDocker)) return
  const daemon = await privateDocker(t)
  const image = testImage('glibc', ownArchitecture, env(daemon.DOCKER_HOST))
  const study = dockerStudy(
    t,
    {
      ...quick,
      runners: { fake: `docker:${image.name}` },
      fake: { ttft_ms: 300 },
      execution: { n_cycles: 3 },
    },
    { DOCKER_HOST: daemon.DOCKER_HOST },
  )
  const child = study.start('run', 'study.yaml')
  let stopped: Promise<void> | null = null
  const { status, said } = await listen(child, (line) => {
    if (line.startsWith('[2/3] launch')) stopped = daemon.stop()
  })
  await stopped
  assert.equal(status, 4, said)
  const codes = study.outcomes().map(({ failure }) => failure?.code ?? 'measured')
  assert.equal(codes[0], 'measured')
  assert.match(codes[1] ?? '', /^DOCKER_(?:CONTAINER|DAEMON)$/)
  assert.equal(codes[2], 'DOCKER_DAEMON')

  await daemon.start()
  const resumed = study.llem('resume')
  assert.equal(resumed.status, 0, resumed.stderr)
  assert.ok(study.outcomes().every(({ result }) => result !== null))
  assert.equal(runDocker(['ps', '--all', '--quiet'], env(daemon.DOCKER_HOST)).stdout, '')
})
