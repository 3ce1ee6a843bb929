import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerEvent } from '../../../core/events.ts'
import { fitMemory, type MemoryNeed } from './fitMemory.ts'

function fit(...needs: MemoryNeed[]): WorkerEvent[] {
  const events: WorkerEvent[] = []
  fitMemory('m', needs, (event) => events.push(event))
  return events
}

test('a model that needs more than there is is refused, with both numbers', () => {
  assert.throws(() => fit({ neededBytes: 3 * 1024 ** 3, availableBytes: 2 * 1024 ** 3 }), {
    code: 'MODEL_TOO_LARGE',
    message: 'm needs about 3.0 GiB of memory and 2.0 GiB are available',
  })
})

test('a model that leaves little is warned of, one that leaves enough is not', () => {
  assert.deepEqual(
    fit({ neededBytes: 90, availableBytes: 100 }).map((event) =>
      event.type === 'warned' ? event.warning.code : event.type,
    ),
    ['MEMORY_TIGHT'],
  )
  assert.deepEqual(fit({ neededBytes: 50, availableBytes: 100 }), [])
})

test('memory that nobody tells of, or that is not needed, refuses nothing', () => {
  assert.deepEqual(
    fit({ neededBytes: 50, availableBytes: null }, { neededBytes: 0, availableBytes: 0 }),
    [],
  )
})
