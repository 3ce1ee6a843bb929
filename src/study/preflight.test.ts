import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { StudyEvent } from '../core/events.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { Preparation, Runner, RunnerNeeds } from '../runners/runner.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { heldClock } from '../testing/heldClock.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { temporary } from '../testing/watchStudy.ts'
import { surroundingProblems } from './checkSurroundings.ts'
import { type Preflight, preflight } from './preflight.ts'
import type { StudyDeps } from './runStudy.ts'

const facts = { id: 'sha256:0a', digest: 'some/image@sha256:0b', sizeBytes: 1 }
const found: Preparation = { problems: [], images: new Map([['some/image:1', facts]]) }
const gpuError = new AppError('DOCKER_GPU_ACCESS', { cause: 'no toolkit', needs: 'toolkit' })
const pullError = new AppError('DOCKER_IMAGE_PULL', { image: 'other:1', cause: 'no such host' })

interface FakeRunner extends Runner<unknown> {
  asked: RunnerNeeds[]
  /** Images whose containers were looked into. */
  looked: (string | null)[]
}

/** A runner that finds what the test says, and in whose containers everything is well or nothing starts. */
function fakeRunner(preparation: Preparation = found, failure: AppError | null = null): FakeRunner {
  const asked: RunnerNeeds[] = []
  const looked: (string | null)[] = []
  return {
    name: 'docker',
    title: 'Fake',
    docs: 'Runs nothing.',
    options: z.unknown(),
    asked,
    looked,
    probe: async () => ({ status: 'available', detail: '' }),
    async prepare(needs, _options, { onPull }) {
      asked.push(needs)
      onPull({ image: 'some/image:1', layersDone: 1, layersTotal: 2 })
      return preparation
    },
    async run({ image, gpus }, _options, { onLine }) {
      looked.push(image?.id ?? null)
      const seen = {
        nodeVersion: 'v20',
        gpus,
        driverVersion: null,
        driverCuda: null,
        imageCuda: null,
      }
      if (failure === null) onLine(encodeLine(seen).trim())
      const end = { code: 0, signal: null, timedOut: null, wasAborted: false, outOfMemory: null }
      return { ...end, failure, stderrTail: '' }
    },
  }
}

const inDocker: RunnerSpec = {
  mode: 'docker',
  image: { name: 'some/image:1', source: 'study', id: null, digest: null },
  source: 'study',
}

async function planIn(...runners: readonly RunnerSpec[]): Promise<StudyPlan> {
  const plan = await planOf(runners.map((_, index) => ({ random_seed: index })))
  const experiments = plan.experiments.map((experiment, index) => {
    const runner = runners[index]
    return { ...experiment, backend: `backend-${index}`, runner: runner ?? experiment.runner }
  })
  return { ...plan, experiments }
}

interface Told extends Preflight {
  events: StudyEvent[]
}

async function look(plan: StudyPlan, deps: Partial<StudyDeps>): Promise<Told> {
  const events: StudyEvent[] = []
  const looking = preflight(plan, {
    clock: heldClock(),
    env: {},
    signal: new AbortController().signal,
    cacheDir: '/nowhere',
    listGpus: async () => ({ ids: ['GPU-1a'], driverVersion: null, cudaVersion: null }),
    ...deps,
  })
  for (;;) {
    const step = await looking.next()
    if (step.done === true) return { ...step.value, events }
    events.push(step.value)
  }
}

test('a study without containers asks nobody for anything', async () => {
  const plan = await planIn({ mode: 'local', image: null, source: 'default' })
  const refuse = async (): Promise<never> => assert.fail('somebody was asked')
  const told = await look(plan, { loadRunner: refuse, listGpus: refuse })
  assert.deepEqual(told, { plan, gpus: [], events: [] })
})

test('what stands behind the name of an image is written into the plan, and looked into by its id', async (t) => {
  const runner = fakeRunner()
  const { plan, gpus } = await look(await planIn(inDocker, inDocker), {
    loadRunner: async () => runner,
    cacheDir: temporary(t),
  })
  const images = plan.experiments.map((experiment) => experiment.runner.image)
  const image = { ...inDocker.image, id: 'sha256:0a', digest: 'some/image@sha256:0b' }
  assert.deepEqual(images, [image, image])
  assert.deepEqual(gpus, ['GPU-1a'])
  const needed = { name: 'some/image:1', id: null, digest: null }
  assert.deepEqual(runner.asked, [{ images: [needed], gpus: ['GPU-1a'], fetch: 'missing' }])
  assert.deepEqual(runner.looked, ['sha256:0a'])
})

test('pulls and looks are told while they go on', async (t) => {
  const plan = await planIn(
    { ...inDocker, source: 'elevated' },
    { ...inDocker, source: 'elevated' },
  )
  const deps = { loadRunner: async () => fakeRunner(), cacheDir: temporary(t) }
  const { events } = await look(plan, deps)
  const image = 'some/image:1'
  assert.deepEqual(events, [
    { type: 'runnersElevated', backends: ['backend-0', 'backend-1'] },
    { type: 'preparing', task: 'pull', image, done: 1, total: 2 },
    { type: 'prepared', task: 'pull', image },
    { type: 'preparing', task: 'check', image, done: 0, total: null },
    { type: 'prepared', task: 'check', image },
  ])
})

test('one problem is told as itself, several together', async () => {
  const refusal = async (problems: readonly AppError[]): Promise<AppError> => {
    const runner = fakeRunner({ problems, images: new Map() })
    const thrown: unknown = await look(await planIn(inDocker), {
      loadRunner: async () => runner,
    }).catch((error: unknown) => error)
    assert.ok(thrown instanceof AppError)
    assert.deepEqual(runner.looked, [], 'nothing is started where something is missing')
    return thrown
  }
  assert.equal(await refusal([pullError]), pullError)
  const all = await refusal([gpuError, pullError])
  assert.equal(all.code, 'PREFLIGHT_FAILED')
  for (const { message, hint } of [gpuError, pullError]) {
    assert.ok(all.message.includes(message) && all.message.includes(hint))
  }
})

test('a container that does not start is a problem, unless nobody is to look', async (t) => {
  const runner = fakeRunner(found, gpuError)
  const deps = { loadRunner: async () => runner, cacheDir: temporary(t) }
  await assert.rejects(look(await planIn(inDocker), deps), gpuError)
  const { plan } = await look(await planIn(inDocker), { ...deps, skipsPreflight: true })
  assert.equal(
    plan.experiments[0]?.runner.image?.id,
    'sha256:0a',
    'images are looked up all the same',
  )
})

test('devices must be seen inside, and the driver must serve the CUDA of the image', () => {
  const surroundings = {
    nodeVersion: 'v20',
    gpus: ['GPU-1a'],
    driverVersion: '535.1',
    driverCuda: '12.2',
    imageCuda: '12.9',
  }
  const causesOf = (changes: Partial<typeof surroundings>, gpus = ['GPU-1a']): string[] =>
    surroundingProblems({ ...surroundings, ...changes }, { image: 'some/image:1', gpus }).map(
      ({ code, message }) => `${code} ${message}`,
    )
  assert.deepEqual(causesOf({}), [])
  assert.match(causesOf({ gpus: [] })[0] ?? '', /GPU_ACCESS.*GPU-1a cannot be seen/)
  assert.match(causesOf({ imageCuda: '13.0' })[0] ?? '', /GPU_ACCESS.*CUDA 13.0.*up to 12.2/)
  assert.deepEqual(
    causesOf({ imageCuda: '13.0', gpus: [] }, []),
    [],
    'without devices nothing matters',
  )
})
