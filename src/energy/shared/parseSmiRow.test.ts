import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSmiRow } from './parseSmiRow.ts'

test('a row is a board with its power, whatever is in its name', () => {
  assert.deepEqual(parseSmiRow('GPU-1a-2B, 0000000A:C1:00.0, 61.07, NVIDIA RTX A6000, rev 2'), {
    uuid: 'GPU-1a-2B',
    busId: '0000000a:c1:00.0',
    watts: 61.07,
    name: 'NVIDIA RTX A6000, rev 2',
  })
})

test('power that is not supported is null', () => {
  for (const word of ['[N/A]', '[Not Supported]', '[Unknown Error]']) {
    assert.equal(parseSmiRow(`GPU-1, 00000000:01:00.0, ${word}, Tesla K80`)?.watts, null)
  }
})

test('a row that was cut off and a message are no rows', () => {
  for (const line of [
    'GPU-1, 00000000:01:00.0, 61.',
    'Unable to determine the device handle',
    '',
  ]) {
    assert.equal(parseSmiRow(line), null)
  }
})
