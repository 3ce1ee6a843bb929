import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valueAtPath } from './jsonPath.ts'

const json = { meters: [{ power: 12.5 }, { power: 0 }], 'switch:0': { apower: 3 }, 'a.b': 1 }

test('keys and positions lead to a value', () => {
  assert.equal(valueAtPath(json, 'meters[0].power'), 12.5)
  assert.equal(valueAtPath(json, 'meters.1.power'), 0)
  assert.equal(valueAtPath(json, 'switch:0.apower'), 3)
  assert.equal(valueAtPath(json, 'a\\.b'), 1)
  assert.equal(valueAtPath([7], '[0]'), 7)
  assert.equal(valueAtPath(5, ''), 5)
})

test('a path that leads nowhere is undefined', () => {
  for (const path of ['meters[2].power', 'meters.power', 'none', 'meters[0].power.w']) {
    assert.equal(valueAtPath(json, path), undefined)
  }
})
