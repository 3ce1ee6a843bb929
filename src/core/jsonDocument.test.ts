import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonDocument } from './jsonDocument.ts'

const textOf = (...parts: Parameters<typeof jsonDocument>): string =>
  [...jsonDocument(...parts)].join('')

test('the parts together are one document with a line per member', () => {
  assert.equal(
    textOf({ name: 'study' }, { rows: ['{"n":1}', '{"n":2}'], slots: [] }),
    '{\n  "name": "study",\n  "rows": [\n    {"n":1},\n    {"n":2}\n  ],\n  "slots": []\n}\n',
  )
})

test('what is read back is what was put in', () => {
  const members = fc.array(fc.jsonValue(), { maxLength: 3 })
  fc.assert(
    fc.property(fc.jsonValue(), members, members, (head, first, second) => {
      const texts = (list: unknown[]) => list.map((member) => JSON.stringify(member))
      const text = textOf({ head }, { first: texts(first), second: texts(second) })
      const plain: unknown = JSON.parse(JSON.stringify({ head, first, second }))
      assert.deepEqual(JSON.parse(text), plain)
    }),
  )
})
