import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicClock as clock } from '../../../core/clock.ts'
import type { LoadEdge, SwitchedLoad } from '../../energySource.ts'
import { recordWave } from './recordWave.ts'
import { startCpuLoad } from './startCpuLoad.ts'

const read = () => [{ domain: 'cpu0', atMs: clock.nowMs(), joules: 1, watts: null }]
const plan = { edges: 4, halfMs: 15 }
const { signal } = new AbortController()

test('a wave rises and falls in turn, and is read before, in and between its edges', async () => {
  const seen: number[] = []
  const load = startCpuLoad({ cores: 1, clock, read })
  const wave = await recordWave(load, plan, { clock, signal, onEdge: (done) => seen.push(done) })
  assert.deepEqual(
    wave.edges.map(({ isRise }) => isRise),
    [true, false, true, false],
  )
  assert.equal(wave.edgesWithinMs, null)
  assert.deepEqual(seen, [1, 2, 3, 4])
  const readings = wave.readings.get('cpu0') ?? []
  const [first, last] = [wave.edges[0]?.atMs ?? 0, wave.edges.at(-1)?.atMs ?? 0]
  assert.ok(readings.some(({ atMs }) => atMs < first))
  assert.ok(readings.filter(({ atMs }) => atMs > first && atMs < last).length > 4)
})

/** A load whose edges are known when it ends, and which fails at one of them. */
function lateLoad(failsAt: number | null) {
  const told: boolean[] = []
  const edges: LoadEdge[] = []
  const load: SwitchedLoad = {
    set: (isHigh) => void told.push(isHigh),
    edges: () => edges,
    failure: () => (told.length === failsAt ? 'it has fallen off the bus' : null),
    read,
    async [Symbol.asyncDispose]() {
      edges.push(...told.map((_, index) => ({ atMs: 100 * index, withinMs: index / 2 })))
    },
  }
  return { load, told }
}

test('edges are those that the load tells of by its end, and known to the worst of them', async () => {
  const wave = await recordWave(lateLoad(null).load, plan, { clock, signal, onEdge() {} })
  assert.deepEqual(
    wave.edges.map(({ atMs }) => atMs),
    [0, 100, 200, 300],
  )
  assert.equal(wave.edgesWithinMs, 1.5)
})

test('a load that fails ends the wave', async () => {
  const { load, told } = lateLoad(2)
  const wave = await recordWave(load, plan, { clock, signal, onEdge() {} })
  assert.deepEqual(told, [true, false])
  assert.equal(wave.edges.length, 2)
})

test('an interruption ends the wave and its load', async () => {
  const aborted = AbortSignal.abort(new Error('enough'))
  const { load } = lateLoad(null)
  const ended: string[] = []
  const watched = { ...load, [Symbol.asyncDispose]: async () => void ended.push('load') }
  const deps = { clock, signal: aborted, onEdge() {} }
  await assert.rejects(recordWave(watched, plan, deps), /enough/)
  assert.deepEqual(ended, ['load'])
})
