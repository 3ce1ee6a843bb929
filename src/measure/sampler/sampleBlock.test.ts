import assert from 'node:assert/strict'
import { test } from 'node:test'
import { energyDomain } from '../../testing/powerTrace.ts'
import { blockWriter, decodeReadings } from './sampleBlock.ts'

const domains = [energyDomain({ id: 'gpu0' }), energyDomain({ id: 'cpu0' })]

test('readings and ticks come out of a block as they went in, nulls kept', () => {
  const writer = blockWriter(domains)
  const readings = [
    { domain: 'cpu0', atMs: 10.25, joules: 0, watts: null },
    { domain: 'gpu0', atMs: 10.5, joules: null, watts: 99.5 },
    { domain: 'gpu0', atMs: 20, joules: null, watts: null },
  ]
  writer.add({ deadlineMs: 10, wokeMs: 10.125, readings })
  const block = writer.take()
  assert.deepEqual(decodeReadings(block.readings, domains), readings)
  assert.deepEqual([...block.ticks], [10, 10.125])
})

test('a block is handed over once', () => {
  const writer = blockWriter(domains)
  writer.add({ deadlineMs: 0, wokeMs: 0, readings: [] })
  writer.take()
  assert.deepEqual([...writer.take().ticks], [])
})

test('the memory of a block is used again when whoever has it is done with it, and not before', () => {
  const writer = blockWriter(domains)
  const tick = { deadlineMs: 0, wokeMs: 0, readings: [] }
  const memoryOf = (isDone: boolean) => {
    writer.add(tick)
    const { ticks, inUse } = writer.take()
    if (isDone) Atomics.store(inUse, 0, 0)
    return ticks.buffer
  }
  const first = memoryOf(false)
  const second = memoryOf(true)
  assert.notEqual(second, first)
  assert.equal(memoryOf(true), second)
})

test('a block has room for any number of readings', () => {
  const writer = blockWriter(domains)
  const reading = { domain: 'gpu0', atMs: 1, joules: 1, watts: 1 }
  for (let tick = 0; tick < 5000; tick++)
    writer.add({ deadlineMs: tick, wokeMs: tick, readings: [reading] })
  const block = writer.take()
  assert.equal(decodeReadings(block.readings, domains).length, 5000)
  assert.equal(block.ticks.at(-1), 4999)
})

test('a value that is no number is a missing one, and a reading of nobody is dropped', () => {
  const writer = blockWriter(domains)
  const readings = [
    { domain: 'gpu0', atMs: 1, joules: Number.POSITIVE_INFINITY, watts: Number.NaN },
    { domain: 'gpu7', atMs: 1, joules: 1, watts: 1 },
  ]
  writer.add({ deadlineMs: 0, wokeMs: 0, readings })
  assert.deepEqual(decodeReadings(writer.take().readings, domains), [
    { domain: 'gpu0', atMs: 1, joules: null, watts: null },
  ])
})
