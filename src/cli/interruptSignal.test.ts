import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../core/errors.ts'
import { captureIo } from './capturedIo.ts'
import { interruptSignal } from './interruptSignal.ts'

test('the first Ctrl-C ends and says so once, the second kills, the third waits for nothing', () => {
  const io = captureIo()
  let told = 0
  using interrupt = interruptSignal(io, () => {
    told += 1
  })
  io.interrupt()
  assert.deepEqual([interrupt.signal.aborted, interrupt.killSignal.aborted], [true, false])
  io.interrupt()
  assert.deepEqual([interrupt.killSignal.aborted, io.exitedWith, told], [true, null, 1])
  io.interrupt()
  assert.deepEqual([io.exitedWith, told], [exitCodes.interrupted, 1])
})

test('after it is disposed a Ctrl-C is no longer its business', () => {
  const io = captureIo()
  const interrupt = interruptSignal(io, () => {})
  interrupt[Symbol.dispose]()
  io.interrupt()
  assert.equal(interrupt.signal.aborted, false)
})
