import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probePrebuilt } from './probePrebuilt.ts'

test('a platform without a prebuilt engine is told so, with those that have one', async () => {
  const found = await probePrebuilt({}, 'linux-riscv64')
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /no prebuilt llama.cpp for linux-riscv64/)
  assert.match(found.fix ?? '', /linux-x64/)
})

test('the engine of this platform loads, or the reason is one line', async () => {
  const found = await probePrebuilt(process.env)
  assert.match(found.status === 'available' ? found.detail : found.reason, /^[^\n]+$/)
})
