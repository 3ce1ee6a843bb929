import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { LeftLimits } from '../../core/leftLimits.ts'
import { makeNvmlTree } from '../../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { source } from '../nvml.ts'

/** Two boards at 650 W that somebody has limited to 300 W and 1410 MHz, and who was killed. */
async function limitedBoards(t: TestContext) {
  const tree = await makeNvmlTree(t)
  if (tree === null) return null
  const ctx = { clock: virtualClock(0), env: {}, root: tree.root }
  const meter = await source.open({}, ctx)
  t.after(() => meter[Symbol.asyncDispose]())
  meter.limitDevices?.({ powerLimitW: 300, clockMhz: 1410 })
  const left = (uuid: string): LeftLimits => ({
    source: 'nvml',
    uuid,
    powerLimitW: { set: 300, before: 650 },
    clockMhz: 1410,
  })
  return {
    tree,
    ctx,
    left,
    uuids: meter.devices?.().map(({ uuid }) => uuid) ?? [],
    limit: (powerLimitW: number) => meter.limitDevices?.({ powerLimitW, clockMhz: null }),
    putBack: (uuid: string) => source.putBack?.(left(uuid), ctx),
    found: () => [
      meter.devices?.().map(({ requestedPowerLimitW }) => requestedPowerLimitW),
      meter.state?.().map(({ smClockMhz }) => smClockMhz),
    ],
  }
}

test('a board that was left limited gets back its limit and its clocks, and no other board does', async (t) => {
  const boards = await limitedBoards(t)
  if (boards === null) return
  const { uuids, left, putBack, found } = boards
  const [first = ''] = uuids
  assert.deepEqual(await putBack(first), { done: left(first), causes: [] })
  assert.deepEqual(found(), [
    [650, 300],
    [1980, 1410],
  ])
})

test('a power limit that somebody has set since stays, and is not said to be put back', async (t) => {
  const boards = await limitedBoards(t)
  if (boards === null) return
  boards.limit(400)
  const [first = ''] = boards.uuids
  const done = { ...boards.left(first), powerLimitW: null }
  assert.deepEqual(await boards.putBack(first), { done, causes: [] })
  const powerOnly = { ...boards.left(first), clockMhz: null }
  assert.deepEqual(await source.putBack?.(powerOnly, boards.ctx), { done: null, causes: [] })
  assert.deepEqual(boards.found()[0], [400, 400])
})

test('without the right to, it says so; a board that is gone is named', async (t) => {
  const boards = await limitedBoards(t)
  if (boards === null) return
  boards.tree.set(1, 'set_code', 4)
  const [first = ''] = boards.uuids
  const refusal = `${first}: Insufficient Permissions`
  const done = { ...boards.left(first), powerLimitW: null }
  assert.deepEqual(await boards.putBack(first), { done, causes: [refusal] })
  const lost = await boards.putBack('GPU-lost')
  assert.match(lost?.causes[0] ?? '', /^GPU-lost: /)
})
