import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cycleOrders } from '../config/cycleOrders.ts'
import type { Slot } from '../store/planFile.ts'
import { orderCycles } from './orderCycles.ts'

const blocksOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `b${i % 3}`)
const indexes = (slots: Iterable<Slot>): number[] => Array.from(slots, ({ index }) => index)

test('every order runs every experiment exactly once per cycle', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cycleOrders),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(),
      (order, count, cycles, seed) => {
        const slots = [...orderCycles({ order, cycles, seed, blocks: blocksOf(count) })]
        assert.equal(slots.length, count * cycles)
        for (let cycle = 1; cycle <= cycles; cycle++) {
          const ran = slots.filter((slot) => slot.cycle === cycle).map(({ index }) => index)
          assert.deepEqual(
            ran.sort((a, b) => a - b),
            Array.from({ length: count }, (_, i) => i),
          )
        }
      },
    ),
  )
})

test('sequential repeats one experiment before the next, interleaved goes round', () => {
  const blocks = blocksOf(2)
  assert.deepEqual(
    indexes(orderCycles({ order: 'sequential', cycles: 3, seed: 0, blocks })),
    [0, 0, 0, 1, 1, 1],
  )
  assert.deepEqual(
    indexes(orderCycles({ order: 'interleaved', cycles: 3, seed: 0, blocks })),
    [0, 1, 0, 1, 0, 1],
  )
})

test('reversed turns every second cycle round', () => {
  assert.deepEqual(
    indexes(orderCycles({ order: 'reversed', cycles: 2, seed: 0, blocks: blocksOf(3) })),
    [0, 1, 2, 2, 1, 0],
  )
})

test('a shuffle is the same for the same seed and fresh in every cycle', () => {
  const run = (seed: number) =>
    indexes(orderCycles({ order: 'shuffled', cycles: 2, seed, blocks: blocksOf(20) }))
  assert.deepEqual(run(7), run(7))
  assert.notDeepEqual(run(7), run(8))
  assert.notDeepEqual(run(7).slice(0, 20), run(7).slice(20))
})

test('random blocks keep the experiments of a block together', () => {
  const blocks = blocksOf(9)
  const order = indexes(orderCycles({ order: 'random_blocks', cycles: 1, seed: 3, blocks }))
  const changes = order.filter(
    (index, at) => at > 0 && blocks[index] !== blocks[order[at - 1] ?? 0],
  )
  assert.equal(changes.length, 2)
})

for (let count = 2; count <= 9; count++) {
  test(`a latin square of ${count} is balanced: every experiment follows every other equally often`, () => {
    const cycles = count % 2 === 0 ? count : 2 * count
    const slots = [
      ...orderCycles({ order: 'latin_square', cycles, seed: 0, blocks: blocksOf(count) }),
    ]
    const follows = new Map<string, number>()
    slots.forEach((slot, at) => {
      const before = slots[at - 1]
      if (before === undefined || before.cycle !== slot.cycle) return
      const pair = `${before.index}>${slot.index}`
      follows.set(pair, (follows.get(pair) ?? 0) + 1)
    })
    assert.equal(follows.size, count * (count - 1))
    assert.equal(new Set(follows.values()).size, 1)
  })
}
