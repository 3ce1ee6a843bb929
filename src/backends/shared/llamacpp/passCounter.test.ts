import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BatchItem, Token } from 'node-llama-cpp'
import { passCounter } from './passCounter.ts'

const isToken = (_value: number): _value is Token => true

function item(tokenCount: number): BatchItem {
  const tokens = Array.from({ length: tokenCount }, () => 1).filter(isToken)
  return { tokens, logits: [], evaluationPriority: 5 }
}

test('each sequence gets a token before a long prompt takes the rest', () => {
  const passes = passCounter()
  const planned = passes.plan({ items: [item(100), item(1), item(30)], size: 64 })
  assert.deepEqual(
    planned.map(({ processAmount }) => processAmount),
    [62, 1, 1],
  )
  assert.equal(passes.tokenCount, 64)
})

test('passes and the sequences in them are counted', () => {
  const passes = passCounter()
  assert.equal(passes.meanSequences, null)
  passes.plan({ items: [item(1), item(1)], size: 8 })
  passes.plan({ items: [item(1)], size: 8 })
  assert.deepEqual([passes.passCount, passes.meanSequences, passes.tokenCount], [2, 1.5, 3])
})
