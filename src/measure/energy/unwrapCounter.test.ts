import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unwrapCounter } from './unwrapCounter.ts'

const counter = (...joules: (number | null)[]) =>
  joules.map((value, index) => ({ domain: 'cpu0', atMs: index * 100, joules: value, watts: null }))

test('only changes of the counter are kept, stamped with the first reading that showed them', () => {
  const points = unwrapCounter(counter(5, 5, 8, 8, null, 8, 9), { wrapsAtJ: null })
  assert.deepEqual(points, [
    { atMs: 0, energyJ: 0, dropJ: null, stampMs: 0 },
    { atMs: 200, energyJ: 3, dropJ: null, stampMs: 100 },
    { atMs: 600, energyJ: 4, dropJ: null, stampMs: 100 },
  ])
})

test('a wrap is not a fall', () => {
  const points = unwrapCounter(counter(990, 998, 4, 10), { wrapsAtJ: 1000 })
  assert.deepEqual(
    points.map(({ energyJ, dropJ }) => [energyJ, dropJ]),
    [
      [0, null],
      [8, null],
      [14, null],
      [20, null],
    ],
  )
})

test('a small fall of a counter that can wrap is a counter that ran backwards', () => {
  const points = unwrapCounter(counter(990, 985, 986), { wrapsAtJ: 1000 })
  assert.deepEqual(
    points.map(({ energyJ, dropJ }) => [energyJ, dropJ]),
    [
      [0, null],
      [0, 5],
      [1, null],
    ],
  )
})

test('two wraps between two readings cannot be told from none', () => {
  const [, once] = unwrapCounter(counter(100, 150), { wrapsAtJ: 1000 })
  const trulyUsedJ = 2050
  assert.equal(once?.energyJ, trulyUsedJ - 2 * 1000)
})
