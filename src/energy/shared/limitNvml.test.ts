import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { makeNvmlTree } from '../../testing/fixtures/nvmlTree.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { source } from '../nvml.ts'

async function openBoards(t: TestContext) {
  const tree = await makeNvmlTree(t)
  if (tree === null) return null
  const meter = await source.open({}, { clock: virtualClock(0), env: {}, root: tree.root })
  t.after(() => meter[Symbol.asyncDispose]())
  const limitsW = () => meter.devices?.().map(({ requestedPowerLimitW: limitW }) => limitW)
  const clocksMhz = () => meter.state?.().map(({ smClockMhz }) => smClockMhz)
  const limit = (powerLimitW: number | null, clockMhz: number | null) =>
    meter.limitDevices?.({ powerLimitW, clockMhz }) ?? { status: 'refused' as const, cause: 'none' }
  return { tree, limit, limitsW, clocksMhz }
}

test('every board is limited, and put back to what it had', async (t) => {
  const boards = await openBoards(t)
  if (boards === null) return
  const { limit, limitsW, clocksMhz } = boards
  const limited = limit(300, 1410)
  assert.deepEqual(
    [limitsW(), clocksMhz()],
    [
      [300, 300],
      [1410, 1410],
    ],
  )
  assert.ok(limited.status === 'limited')
  assert.deepEqual(limited.restore(), [])
  assert.deepEqual(
    [limitsW(), clocksMhz()],
    [
      [650, 650],
      [1980, 1980],
    ],
  )
  // A second time is nothing: what somebody set meanwhile stays.
  limit(400, null)
  assert.deepEqual(limited.restore(), [])
  assert.deepEqual(limitsW(), [400, 400])
})

test('without the right to, nothing is changed, and the driver says why', async (t) => {
  const boards = await openBoards(t)
  if (boards === null) return
  const { tree, limit, limitsW } = boards
  // The second board as CUDA sees it refuses; the first was set by then.
  tree.set(0, 'set_code', 4)
  assert.deepEqual(limit(300, null), {
    status: 'refused',
    left: [],
    cause: 'gpu1 at 300 W: Insufficient Permissions',
  })
  assert.deepEqual(limitsW(), [650, 650])
})

test('a limit that a board does not have is refused', async (t) => {
  const boards = await openBoards(t)
  if (boards === null) return
  assert.deepEqual(boards.limit(100, null), {
    status: 'refused',
    left: [],
    cause: 'gpu0 at 100 W: Invalid Argument',
  })
})

test('what cannot be put back is told', async (t) => {
  const boards = await openBoards(t)
  if (boards === null) return
  const limited = boards.limit(300, null)
  boards.tree.set(1, 'set_code', 4)
  assert.ok(limited.status === 'limited')
  assert.deepEqual(limited.restore(), ['gpu0: Insufficient Permissions'])
})
