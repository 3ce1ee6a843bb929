import assert from 'node:assert/strict'
import { test } from 'node:test'
import { naturalOrder } from './naturalOrder.ts'

test('numbers in names are compared as numbers, wherever they are', () => {
  const names = [
    'hwmon10',
    'card1',
    'hwmon2',
    'intel-rapl:1:0',
    'intel-rapl:0:12',
    'intel-rapl:0:2',
  ]
  assert.deepEqual(names.sort(naturalOrder), [
    'card1',
    'hwmon2',
    'hwmon10',
    'intel-rapl:0:2',
    'intel-rapl:0:12',
    'intel-rapl:1:0',
  ])
})

test('equal names are equal', () => {
  assert.equal(naturalOrder('card0', 'card0'), 0)
})
