import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Availability } from '../../core/availability.ts'
import { paintFor } from '../../report/paint.ts'
import type { RunnerSpec } from '../../store/experimentFile.ts'
import { assertGolden } from '../../testing/golden.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { checkDirectory } from './probeMachine.ts'
import { type PluginChecks, probeWithin } from './probePlugins.ts'
import { renderDoctor } from './renderDoctor.ts'
import { verdictOf } from './verdictOf.ts'

const yes: Availability = { status: 'available', detail: 'works' }
const no: Availability = { status: 'unavailable', reason: 'not here', fix: null }

function checks(backend: Availability, sensor: Availability, estimate: Availability): PluginChecks {
  return {
    backends: [{ name: 'llamacpp', title: 'llama.cpp', availability: backend }],
    sources: [
      { name: 'rapl', title: 'RAPL', kind: 'measurement', availability: sensor },
      { name: 'cpu-estimate', title: 'Estimate', kind: 'estimate', availability: estimate },
      { name: 'simulated', title: 'Simulated', kind: 'synthetic', availability: yes },
    ],
    runners: [{ name: 'local', title: 'Fresh process', availability: yes }],
  }
}

test('ready is the default backend and a sensor or an estimate', () => {
  assert.deepEqual(verdictOf(checks(yes, yes, yes)), {
    isReady: true,
    exitCode: 0,
    text: 'ready; energy is measured by rapl',
  })
  assert.deepEqual(verdictOf(checks(yes, no, yes)), {
    isReady: true,
    exitCode: 0,
    text: 'ready; energy is only estimated, by cpu-estimate: no sensor can be read',
  })
})

test('without the default backend, or with made-up energy alone, it is not ready', () => {
  assert.equal(verdictOf(checks(no, yes, yes)).exitCode, 3)
  assert.equal(verdictOf(checks(yes, no, no)).exitCode, 3)
})

test('a probe that does not answer is a no, and nobody waits for it', async () => {
  const answer = await probeWithin(() => new Promise(() => {}), virtualClock())
  assert.deepEqual(answer, {
    status: 'unavailable',
    reason: 'gave no answer within 10.0 s',
    fix: null,
  })
})

test('a probe that throws is a no with what it threw', async () => {
  const answer = await probeWithin(async () => {
    throw new Error('no such library')
  }, virtualClock())
  assert.equal(
    answer.status === 'unavailable' && answer.reason,
    'the check failed: no such library',
  )
})

test('a directory that is not there yet is judged by the one above it, and is not made', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'llem-doctor-'))
  t.after(() => rm(root, { recursive: true }))
  const { isWritable, freeBytes } = await checkDirectory(join(root, 'a', 'b'))
  assert.ok(isWritable && freeBytes !== null && freeBytes > 0)
  await assert.rejects(rm(join(root, 'a')), /ENOENT/)
})

test('a file where a directory should be is named', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'llem-doctor-'))
  t.after(() => rm(root, { recursive: true }))
  const file = join(root, 'results')
  await writeFile(file, '')
  const { isWritable, reason } = await checkDirectory(file)
  assert.deepEqual([isWritable, reason], [false, `${file} is not a directory`])
})

test('a directory without the right to write is a no', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may write everywhere')
  const root = await mkdtemp(join(tmpdir(), 'llem-doctor-'))
  t.after(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'closed'))
  await chmod(join(root, 'closed'), 0o555)
  assert.equal((await checkDirectory(join(root, 'closed', 'results'))).isWritable, false)
})

test('the report shows what works, what does not, and the command that fixes it', () => {
  const fixable: Availability = {
    status: 'unavailable',
    reason: 'only root may read /sys/class/powercap/intel-rapl:0/energy_uj on this machine',
    fix: 'sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj',
  }
  const plugins = checks(yes, fixable, yes)
  const powerLimitW = { set: 300, before: 700 }
  const device = { source: 'nvml', uuid: 'GPU-1', powerLimitW, clockMhz: null }
  const machine = {
    cpu: 'Example CPU 3 GHz',
    logicalCores: 4,
    usableCores: 1.5,
    totalMemoryBytes: 8 * 1024 ** 3,
    availableMemoryBytes: 6 * 1024 ** 3,
    nodeVersion: '20.20.2',
    platform: 'linux x64',
    results: { path: '/home/user/results', isWritable: true, reason: null, freeBytes: 5e10 },
    cache: {
      path: '/cache',
      isWritable: false,
      reason: 'EACCES: permission denied',
      freeBytes: null,
    },
    leftLimits: {
      left: [
        { path: '', pid: '4321', device, state: 'left' } as const,
        { path: '/cache/gpu-limits/7.json', pid: '7', device, state: 'unseen' } as const,
      ],
      unread: ['EACCES: permission denied'],
    },
  }
  const image = { name: 'vllm/vllm-openai:v1', source: 'default', id: null, digest: null } as const
  const places = new Map<string, RunnerSpec>([
    ['llamacpp', { mode: 'local', image: null, source: 'default' }],
    ['vllm', { mode: 'docker', image, source: 'detected' }],
  ])
  const report = { machine, plugins, places, verdict: verdictOf(plugins) }
  assertGolden(
    'src/cli/doctor/golden/report.txt',
    renderDoctor(report, { width: 80, paint: paintFor(false) }),
  )
})
