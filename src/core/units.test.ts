import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatBytes, formatCount, formatDuration, formatNumber } from './units.ts'

const check = (format: (value: number) => string, table: readonly (readonly [number, string])[]) =>
  assert.deepEqual(
    table.map(([value]) => format(value)),
    table.map(([, text]) => text),
  )

test('a duration is written in the unit that fits it, and never rounds up to 60 of one', () => {
  check(formatDuration, [
    [0, '0 ms'],
    [0.04567, '0.0457 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [4200, '4.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 00 s'],
    [272_000, '4 m 32 s'],
    [3_599_400, '59 m 59 s'],
    [3_599_600, '1 h 00 m'],
    [3_900_000, '1 h 05 m'],
    [7_199_000, '2 h 00 m'],
    [360_000_000, '100 h 00 m'],
    [-59_960, '-1 m 00 s'],
  ])
})

test('bytes are written in the unit that fits them, and never round up to 1024 of one', () => {
  check(formatBytes, [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [270.4 * 1024 ** 2, '270.4 MiB'],
    [1024 ** 4, '1.0 TiB'],
    [5000 * 1024 ** 5, '5000.0 PiB'],
    [-1536, '-1.5 KiB'],
  ])
})

test('a number has three significant figures and no exponent', () => {
  check(formatNumber, [
    [0, '0'],
    [-0, '0'],
    [5, '5.00'],
    [9.999, '10.0'],
    [0.9996, '1.00'],
    [99.95, '100'],
    [999.6, '1000'],
    [1234.5, '1230'],
    [-1234.5, '-1230'],
    [0.000123456, '0.000123'],
    [1.5e-9, '0.00000000150'],
    [1e-20, `0.${'0'.repeat(19)}100`],
    [6.022e23, '602000000000000000000000'],
  ])
  assert.equal(formatNumber(Math.PI, 2), '3.1')
})

test('a formatted number reads back within half of its last figure', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
      const text = formatNumber(value)
      assert.doesNotMatch(text, /e/)
      assert.ok(Math.abs(Number(text) - value) <= Math.abs(value) * 0.005 + Number.MIN_VALUE)
    }),
  )
})

test('a count has a decimal prefix, that of its rounded value', () => {
  assert.deepEqual(
    [0, 999, 9999, 10_000, 361_000, 999_949, 999_999, 134_515_008, 8_030_261_248].map(formatCount),
    ['0', '999', '9999', '10.0 k', '361 k', '1.00 M', '1.00 M', '135 M', '8.03 B'],
  )
})
