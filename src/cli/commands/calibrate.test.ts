import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { Environment } from '../../core/context.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { exitCodes } from '../../core/errors.ts'
import type { EnergySource } from '../../energy/energySource.ts'
import { source as nvml } from '../../energy/nvml.ts'
import { boardDomain, fakeMeter } from '../../testing/fakeMeter.ts'
import { makeCudaTree } from '../../testing/fixtures/cudaTree.ts'
import { captureIo } from '../capturedIo.ts'
import { type CalibrateOptions, calibrateCommand } from './calibrate.ts'

const sourceOf = (domain: EnergyDomain, read: () => number): EnergySource<unknown> => ({
  name: 'fake',
  title: 'fake',
  docs: '',
  options: z.unknown(),
  kind: 'measurement',
  probe: async () => ({ status: 'available', detail: '' }),
  open: async (_options, { clock }) => ({
    ...fakeMeter(() => ({}), [domain]),
    read: () => [{ domain: domain.id, atMs: clock.nowMs(), joules: read(), watts: null }],
  }),
})

const packageDomain = { ...boardDomain, id: 'cpu0', scope: 'package', deviceId: null } as const

async function calibrate(t: TestContext, options: CalibrateOptions, env: Environment = {}) {
  const cacheDir = await mkdtemp(join(tmpdir(), 'llem-calibrate-'))
  t.after(() => rm(cacheDir, { recursive: true }))
  const io = captureIo({ env: { ...env, LLEM_CACHE_DIR: cacheDir } })
  const code = await calibrateCommand(io, { plan: { edges: 4, halfMs: 15 }, ...options })
  return { code, text: io.text.stdout, files: await readdir(cacheDir), cacheDir }
}

test('a sensor that does not show the load is told of, and leaves no card', async (t) => {
  const { code, text, files } = await calibrate(t, { sources: [sourceOf(packageDomain, () => 7)] })
  assert.equal(code, exitCodes.measured)
  assert.match(text, /^cpu0 \(package\): nothing found: it changed too rarely$/m)
  assert.deepEqual(files, [])
})

test('a device that its source cannot load is listed with the reason, and so is memory', async (t) => {
  const memory: EnergyDomain = { ...packageDomain, id: 'dram0', scope: 'dram' }
  const sources = [boardDomain, memory].map((domain) => sourceOf(domain, () => 7))
  const { code, text } = await calibrate(t, { sources })
  assert.equal(code, exitCodes.environment)
  assert.match(text, /^gpu0 \(board\): not calibrated; it needs a load/m)
  assert.match(text, /^dram0 \(dram\): not calibrated; the loads of llem compute/m)
})

/** A board whose kernels take 200 W more, as its sensor shows in the given window. */
async function gpuScene(t: TestContext, windowMs: number) {
  const tree = await makeCudaTree(t)
  if (tree === null) return null
  tree.set(0, 'board_count', 3)
  tree.set(0, 'load_mw', 200_000)
  tree.set(0, 'publish_ms', 20)
  tree.set(0, 'window_ms', windowMs)
  const plan = { edges: 10, halfMs: 130 }
  const run = async (visible: string) => {
    const env = { CUDA_VISIBLE_DEVICES: visible }
    return calibrate(t, { sources: [nvml], plan, root: tree.root }, env)
  }
  return { tree, run }
}

const cardSchema = z.object({
  device: z.string(),
  updatePeriodMs: z.number(),
  averagingWindowMs: z.number(),
})

async function soleCard(cacheDir: string) {
  const folder = join(cacheDir, 'sensor-cards')
  const names = await readdir(folder)
  assert.equal(names.length, 1)
  return cardSchema.parse(JSON.parse(await readFile(join(folder, names[0] ?? ''), 'utf8')))
}

const isNear = (value: number, truth: number): boolean => Math.abs(value / truth - 1) < 0.3

test('a GPU that others use is told of; the counter of the next is found out by its own load, and kept by UUID', async (t) => {
  const scene = await gpuScene(t, 20)
  if (scene === null) return
  const { tree, run } = scene
  tree.addProcess(1, { pid: 4711, memoryBytes: 1 })
  const { code, text, cacheDir } = await run('0,1')
  assert.equal(code, exitCodes.measured, text)
  assert.match(text, /^gpu0 \(board\): not calibrated; other programs are on it \(4711\)/m)
  assert.match(text, /^gpu1 \(board\): publishes every .*edges known to .*; kept in /m)
  const card = await soleCard(cacheDir)
  assert.equal(card.device, 'GPU-bbbbbbbb-2222-0000-0000-000000000000')
  assert.ok(isNear(card.updatePeriodMs, 20), text)
  assert.equal(tree.contexts(), 0)
})

test('the averaging window of the power of a GPU is found', async (t) => {
  const scene = await gpuScene(t, 50)
  if (scene === null) return
  const { text, cacheDir } = await scene.run('2')
  const card = await soleCard(cacheDir)
  assert.ok(isNear(card.updatePeriodMs, 20) && isNear(card.averagingWindowMs, 50), text)
})

test('a GPU that fails in its wave leaves no card', async (t) => {
  const scene = await gpuScene(t, 20)
  if (scene === null) return
  const { tree, run } = scene
  tree.fail('cuLaunchKernel', 2, 20)
  const { code, text, files } = await run('0')
  assert.equal(code, exitCodes.environment)
  assert.match(text, /^gpu0 \(board\): not calibrated; cuLaunchKernel: CUDA_ERROR_OUT_OF_MEMORY/m)
  assert.deepEqual(files, [])
})
