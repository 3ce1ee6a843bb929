import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRecord } from '../../core/json.ts'
import { testImage } from '../../testing/dockerImage.ts'
import { dockerStudy } from '../../testing/dockerStudy.ts'
import { requirePart } from '../../testing/requirePart.ts'
import { quick } from '../../testing/watchStudy.ts'

const image = testImage('glibc')
const tiny = { ...quick, model: 'synthetic/tiny', n: 2, max_output_tokens: 4 }

test('an embedded backend is measured in a fresh container of an image that was not made for it', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const runners = { llamacpp: `docker:${image.name}` }
  const { llem, outcomes, containers } = dockerStudy(t, { ...tiny, backend: 'llamacpp', runners })
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  const [{ result } = { result: null }] = outcomes()
  assert.ok(result !== null)
  const { runner } = result.experiment
  assert.deepEqual([runner.mode, runner.source], ['docker', 'study'])
  assert.deepEqual([runner.image?.name, runner.image?.source], [image.name, 'runner'])
  assert.match(runner.image?.id ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.equal(runner.image?.digest, null, 'it is in no registry')
  const { container, hostname: name } = result.environment
  assert.equal(container?.engine, 'docker')
  assert.ok(container?.id?.startsWith(name) && name !== hostname(), 'seen from inside')
  assert.ok(container?.engineVersion !== null && container?.runtime !== null)
  assert.deepEqual(result.tokens.outputTokens, 8)
  assert.deepEqual(containers(), [])
})

test('a study of two backends goes into containers by itself, and says so once', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const images = { fake: image.name, llamacpp: image.name }
  const { llem, outcomes } = dockerStudy(t, {
    ...tiny,
    sweep: { backend: ['fake', 'llamacpp'] },
    backend: undefined,
    images,
  })
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  assert.equal(stderr.match(/fake, llamacpp: several backends/g)?.length, 1)
  const runners = outcomes().map(({ result }) => result?.experiment.runner)
  assert.deepEqual(
    runners.map((runner) => [runner?.mode, runner?.source, runner?.image?.source]),
    [
      ['docker', 'elevated', 'study'],
      ['docker', 'elevated', 'study'],
    ],
  )
})

test('a study that is told to mix runners does so, with one warning', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { llem, outcomes } = dockerStudy(t, {
    ...tiny,
    backend: undefined,
    sweep: { backend: ['fake', 'llamacpp'] },
    runners: { fake: `docker:${image.name}`, llamacpp: 'local' },
  })
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  assert.equal(stderr.match(/llamacpp as processes and fake in containers/g)?.length, 1)
  const modes = outcomes().map(({ result }) => result?.experiment.runner.mode)
  assert.deepEqual(modes, ['docker', 'local'])
})

for (const backend of ['fake', 'llamacpp']) {
  test(`${backend} leaves the same files with the same fields on this machine and in a container`, (t) => {
    if (!requirePart(t, 'docker', image.missing)) return
    const [local, contained] = ['local', `docker:${image.name}`].map((runner) => {
      const { llem, outcomes } = dockerStudy(t, {
        ...tiny,
        backend,
        runners: { [backend]: runner },
      })
      const { status, stderr } = llem('run', 'study.yaml')
      assert.equal(status, 0, stderr)
      const [{ directory, result } = { directory: '', result: null }] = outcomes()
      return { files: readdirSync(directory).sort(), result }
    })
    assert.deepEqual(contained?.files, local?.files)
    assert.ok(local?.result && contained?.result)
    assertSameFields(local.result, contained.result, [])
  })
}

/** What is there on one side alone, such as the container, is null on the other. */
function assertSameFields(left: unknown, right: unknown, path: readonly string[]): void {
  if (!isRecord(left) || !isRecord(right)) return
  assert.deepEqual(Object.keys(left).sort(), Object.keys(right).sort(), path.join('.'))
  for (const [key, value] of Object.entries(left)) {
    assertSameFields(value, right[key], [...path, key])
  }
}

test('without Docker, several backends are refused before anything runs', (t) => {
  const { llem, directory } = dockerStudy(
    t,
    { ...tiny, backend: undefined, sweep: { backend: ['fake', 'llamacpp'] } },
    { PATH: '/nowhere' },
  )
  const { status, stderr } = llem('run', 'study.yaml')
  assert.equal(status, 3)
  assert.match(stderr, /no docker\s+command on the PATH/)
  assert.match(stderr, /https:\/\/docs\.docker\.com\/engine\/install/)
  assert.deepEqual(readdirSync(directory), ['study.yaml'])
})

test('everything in the run directory belongs to the caller, who is not root, and the caches too', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { gid } = statSync('/var/run/docker.sock', { throwIfNoEntry: false }) ?? { gid: null }
  const isRoot = process.getuid?.() === 0
  const cannot =
    isRoot && gid !== null && gid !== 0 ? null : 'only root can become a user who may use Docker'
  if (!requirePart(t, 'root', cannot) || gid === null) return
  const caller = { uid: 12_345, gid }
  const study = dockerStudy(
    t,
    { ...tiny, backend: 'llamacpp', runners: { llamacpp: `docker:${image.name}` } },
    {},
    caller,
  )
  const { status, stderr } = study.llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  const files = readdirSync(study.directory, { recursive: true }).map(String)
  assert.ok(files.some((file) => file.endsWith('backend.log')))
  assert.ok(files.some((file) => file.endsWith('.gguf')))
  const others = files.filter((file) => statSync(join(study.directory, file)).uid !== caller.uid)
  assert.deepEqual(others, [])
})

test('no secret is in the record that a study leaves', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const secret = 'hf_of_this_test_alone'
  const study = dockerStudy(
    t,
    { ...quick, runners: { fake: `docker:${image.name}` } },
    { HF_TOKEN: secret },
  )
  const { status, stdout, stderr } = study.llem('run', 'study.yaml')
  assert.equal(status, 0, stderr)
  assert.ok(!`${stdout}${stderr}`.includes(secret))
  const files = readdirSync(study.directory, { recursive: true, withFileTypes: true })
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name)
    assert.ok(!readFileSync(path).includes(secret), path)
  }
})

test('llem image shows what a study will run in, and says what is missing', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const { llem } = dockerStudy(t, {
    ...tiny,
    backend: undefined,
    sweep: { backend: ['fake', 'llamacpp'] },
    runners: { fake: `docker:${image.name}` },
    images: { llamacpp: 'llem-test/nowhere:0' },
  })
  const list = llem('image', 'list', 'study.yaml', '--json')
  assert.equal(list.status, 0, list.stderr)
  const { images } = JSON.parse(list.stdout)
  assert.deepEqual(
    images.map(({ name, source, backends, found }: Record<string, unknown>) => [
      name,
      source,
      backends,
      found !== null,
    ]),
    [
      [image.name, 'runner', ['fake'], true],
      ['llem-test/nowhere:0', 'study', ['llamacpp'], false],
    ],
  )
  const check = llem('image', 'check', 'study.yaml')
  assert.equal(check.status, 3)
  assert.match(check.stderr, /cannot get the image llem-test\/nowhere:0/)
})

test('llem image check starts a container of each image', (t) => {
  if (!requirePart(t, 'docker', image.missing)) return
  const study = { ...quick, runners: { fake: `docker:${image.name}` } }
  const { llem, containers } = dockerStudy(t, study)
  const { status, stdout, stderr } = llem('image', 'check', 'study.yaml')
  assert.equal(status, 0, stderr)
  assert.match(stderr, /checked llem-test\/glibc/)
  assert.match(stdout, /for fake, named behind docker:\n {2}here, .*sha256:/)
  assert.deepEqual(containers(), [])
})
