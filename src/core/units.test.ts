import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBytes, formatCount, formatDuration, formatNumber } from './units.ts'

test('a number has three significant digits and no exponent', () => {
  assert.deepEqual(
    [0, 0.04876, 0.5, 31.24, 99.96, 1234.5, 123_456, -2.345].map((value) => formatNumber(value)),
    ['0', '0.0488', '0.500', '31.2', '100', '1230', '123000', '-2.35'],
  )
})

test('a duration changes its unit where the next one begins, not after it', () => {
  assert.deepEqual([0.5, 999.4, 999.6, 59_940, 59_960, 272_000, 3_899_000].map(formatDuration), [
    '0.500 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '1 m 00 s',
    '4 m 32 s',
    '1 h 04 m',
  ])
})

test('bytes have binary units', () => {
  assert.deepEqual([0, 1023, 1024, 143_000_000].map(formatBytes), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '136.4 MiB',
  ])
})

test('a count has a decimal prefix, that of its rounded value', () => {
  assert.deepEqual(
    [0, 999, 9999, 10_000, 361_000, 999_949, 999_999, 134_515_008, 8_030_261_248].map(formatCount),
    ['0', '999', '9999', '10.0 k', '361 k', '1.00 M', '1.00 M', '135 M', '8.03 B'],
  )
})
