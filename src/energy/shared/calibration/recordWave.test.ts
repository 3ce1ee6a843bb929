import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock as clock } from '../../../core/clock.ts'
import { fakeMeter } from '../../../testing/fakeMeter.ts'
import { recordWave } from './recordWave.ts'

const meter = {
  ...fakeMeter(() => ({})),
  read: () => [{ domain: 'cpu0', atMs: clock.nowMs(), joules: 1, watts: null }],
}
const plan = { cores: 1, edges: 4, halfMs: 15 }

test('a wave rises and falls in turn, and is read before, in and between its edges', async () => {
  const seen: number[] = []
  const { signal } = new AbortController()
  const wave = await recordWave([meter], plan, { clock, signal, onEdge: (done) => seen.push(done) })
  assert.deepEqual(
    wave.edges.map(({ isRise }) => isRise),
    [true, false, true, false],
  )
  assert.deepEqual(seen, [1, 2, 3, 4])
  const readings = wave.readings.get('cpu0') ?? []
  const [first, last] = [wave.edges[0]?.atMs ?? 0, wave.edges.at(-1)?.atMs ?? 0]
  assert.ok(readings.some(({ atMs }) => atMs < first))
  assert.ok(readings.filter(({ atMs }) => atMs > first && atMs < last).length > 4)
})

test('an interruption ends the wave', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(recordWave([meter], plan, { clock, signal, onEdge() {} }), /enough/)
})
