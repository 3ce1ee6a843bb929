import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChannel } from './channel.ts'
import { mergeStreams } from './mergeStreams.ts'

test('values of all streams come out as they come in, and null when all have ended', async () => {
  await using merged = mergeStreams<string>()
  const [a, b] = [openChannel<string>(), openChannel<string>()]
  merged.add(a)
  merged.add(b)
  b.push('b1')
  assert.equal(await merged.next(), 'b1')
  a.push('a1')
  assert.equal(await merged.next(), 'a1')
  a.close()
  b.push('b2')
  b.close()
  assert.equal(await merged.next(), 'b2')
  assert.equal(await merged.next(), null)
})

test('after all have ended another can be added', async () => {
  await using merged = mergeStreams<string>()
  assert.equal(await merged.next(), null)
  const late = openChannel<string>()
  merged.add(late)
  late.push('late')
  late.close()
  assert.equal(await merged.next(), 'late')
  assert.equal(await merged.next(), null)
})

test('what one stream throws is thrown, and disposing waits for the others', async () => {
  const events: string[] = []
  const [failing, lasting] = [openChannel<string>(), openChannel<string>()]
  const watch = async (): Promise<void> => {
    await using merged = mergeStreams<string>()
    merged.add(failing)
    merged.add(lasting)
    failing.close(new Error('broken'))
    await merged.next().finally(() => events.push('thrown'))
  }
  const watched = watch().finally(() => events.push('disposed'))
  setImmediate(() => {
    events.push('ended')
    lasting.close()
  })
  await assert.rejects(watched, /broken/)
  assert.deepEqual(events, ['thrown', 'ended', 'disposed'])
})
