import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, shuffled } from './random.ts'

test('seeds and streams give different sequences, the same ones the same', () => {
  const first = (seed: number, stream?: number) => {
    const random = seededRandom(seed, stream)
    return [random.uint32(), random.uint32()].join()
  }
  assert.equal(first(1, 2), first(1, 2))
  assert.equal(new Set([first(1), first(2), first(1, 1), first(0, 1), first(2 ** 32)]).size, 5)
})

test('normal numbers have mean 0 and standard deviation 1', () => {
  const random = seededRandom(7)
  const drawn = Array.from({ length: 100_000 }, () => random.normal())
  const mean = drawn.reduce((a, b) => a + b, 0) / drawn.length
  const variance = drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / drawn.length
  assert.ok(Math.abs(mean) < 0.01, String(mean))
  assert.ok(Math.abs(variance - 1) < 0.02, String(variance))
})

test('a shuffle keeps every member', () => {
  const members = Array.from({ length: 100 }, (_, index) => index)
  const mixed = shuffled(members, seededRandom(1))
  assert.notDeepEqual(mixed, members)
  assert.deepEqual(
    [...mixed].sort((a, b) => a - b),
    members,
  )
})
