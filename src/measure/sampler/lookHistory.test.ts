import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeMeter } from '../../testing/fakeMeter.ts'
import type { DeviceLook } from './deviceWatch.ts'
import { lookHistory } from './lookHistory.ts'

function look(second: number, isHot = false): DeviceLook {
  const [state] = fakeMeter(() => ({})).state?.() ?? []
  if (state === undefined) throw new Error('the fake meter has a state')
  const throttleReasons = isHot ? (['softwareThermal'] as const) : []
  const users = isHot ? [{ id: 'gpu0', pid: 7, memoryBytes: null, isOurs: false }] : []
  return {
    atMs: 1000 * second,
    states: [{ ...state, atMs: 1000 * second, throttleReasons: [...throttleReasons] }],
    users,
  }
}

test('a day of looks needs no more room than an hour, and loses no cause and no program', () => {
  const history = lookHistory(100)
  for (let second = 0; second < 86_400; second++) history.add(look(second, second === 40_000))
  const looks = history.looks()
  assert.ok(looks.length <= 101, `${looks.length}`)
  assert.equal(looks.at(-1)?.atMs, 86_399_000)
  const hot = looks.filter(({ states }) => states[0]?.throttleReasons?.length === 1)
  assert.equal(hot.length, 1)
  assert.deepEqual(
    hot[0]?.users.map(({ pid }) => pid),
    [7],
  )
  const stepsMs = looks.slice(1, -1).map(({ atMs }, index) => atMs - (looks[index]?.atMs ?? 0))
  assert.equal(new Set(stepsMs).size, 1)
})

test('few looks are kept as they are', () => {
  const history = lookHistory(100)
  const looks = [look(1), look(2), look(3)]
  for (const one of looks) history.add(one)
  assert.deepEqual(history.looks(), looks)
})
