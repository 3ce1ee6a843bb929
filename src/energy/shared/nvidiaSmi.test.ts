import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Environment } from '../../core/context.ts'
import { makeSmiTree, type SmiTree } from '../../testing/fixtures/nvidiaSmiTree.ts'
import { heldClock } from '../../testing/heldClock.ts'
import { source } from '../nvml.ts'

const uuids = ['GPU-aaaa-1', 'GPU-bbbb-2'] as const
const rows = (first: string, second: string): string =>
  [
    `${uuids[0]}, 00000000:01:00.0, ${first}, NVIDIA A100-SXM4-80GB\n`,
    `${uuids[1]}, 00000000:41:00.0, ${second}, NVIDIA A100-SXM4-80GB\n`,
  ].join('')

async function openOn(t: TestContext, { root }: SmiTree, env: Environment = {}) {
  const clock = heldClock()
  const meter = await source.open({}, { clock, env: { PATH: process.env['PATH'], ...env }, root })
  t.after(() => meter[Symbol.asyncDispose]())
  return { meter, clock }
}

test('the command stands in for a library that is not there, and says so', async (t) => {
  const tree = await makeSmiTree(t, rows('61.25', '300.5'))
  const { meter } = await openOn(t, tree)
  assert.deepEqual(
    meter.domains.map(({ id, method, deviceId, observedShare }) => [
      id,
      method,
      deviceId,
      observedShare,
    ]),
    [
      ['gpu0', 'power', uuids[0], 0.25],
      ['gpu1', 'power', uuids[1], 0.25],
    ],
  )
  assert.match(
    meter.domains[0]?.sensor ?? '',
    /^nvidia-smi power.draw.instant \(in place of libnvidia-ml: .* not found/,
  )
  assert.deepEqual(
    meter.read().map(({ joules, watts }) => [joules, watts]),
    [
      [null, 61.25],
      [null, 300.5],
    ],
  )
  assert.deepEqual(
    meter.warnings?.().map(({ code }) => code),
    ['GPU_READ_BY_COMMAND'],
  )
})

test('readings follow what the command prints, board by board', async (t) => {
  const tree = await makeSmiTree(t, rows('61', '300'))
  const { meter } = await openOn(t, tree)
  tree.setRows(rows('70', '[N/A]'))
  while (meter.read()[0]?.watts !== 70 || meter.read()[1]?.watts !== null) await wait(5)
})

test('a command that ended has no news: its last values go stale', async (t) => {
  const tree = await makeSmiTree(t, rows('61', '300'), { endsEarly: true })
  const { meter, clock } = await openOn(t, tree)
  clock.pass(3000)
  assert.deepEqual(
    meter.read().map(({ watts }) => watts),
    [null, null],
  )
})

test('an old command is asked for the power that it knows', async (t) => {
  const tree = await makeSmiTree(t, rows('61', '300'), { isOld: true })
  const { meter } = await openOn(t, tree)
  assert.match(meter.domains[0]?.sensor ?? '', /^nvidia-smi power.draw \(/)
})

test('CUDA_VISIBLE_DEVICES counts for the command too', async (t) => {
  const tree = await makeSmiTree(t, rows('61', '300'))
  const { meter } = await openOn(t, tree, { CUDA_VISIBLE_DEVICES: '1' })
  assert.deepEqual(
    meter.domains.map(({ id, deviceId }) => [id, deviceId]),
    [['gpu0', uuids[1]]],
  )
})

test('doctor tells that power comes from the command, and why', async (t) => {
  const { root } = await makeSmiTree(t, rows('61', '300'))
  const env = { PATH: process.env['PATH'] }
  const found = await source.probe({ clock: heldClock(), env, root })
  assert.ok(found.status === 'available')
  assert.match(
    found.detail,
    /^gpu0 NVIDIA A100.*by the command nvidia-smi: libnvidia-ml.*not found/,
  )
})

test('a command that reports no power leaves the source unavailable, with the reason of the library', async (t) => {
  const { root } = await makeSmiTree(t, rows('[N/A]', '[Not Supported]'))
  const env = { PATH: process.env['PATH'] }
  const found = await source.probe({ clock: heldClock(), env, root })
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /libnvidia-ml.so.1 was not found/)
})
