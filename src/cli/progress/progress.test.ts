import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../core/errors.ts'
import type { StudyEvent, WorkerEvent } from '../../core/events.ts'
import { warn } from '../../core/warnings.ts'
import { paintFor } from '../../report/paint.ts'
import { assertGolden } from '../../testing/golden.ts'
import { estimateRunRest } from './estimateRest.ts'
import { heartbeatLines, plainLines } from './plainLines.ts'
import { advance, noProgress, type ProgressState } from './progressState.ts'
import { renderLive } from './renderLive.ts'

type Heard = [heardMs: number, event: StudyEvent]

const worker = (event: WorkerEvent): StudyEvent => ({ type: 'worker', id: 'a', event })
const begin = (total = 1): Heard[] => [
  [0, { type: 'studyStarted', directory: 'results/study-1', total, measured: 0 }],
  [
    0,
    {
      type: 'experimentStarted',
      id: 'a',
      index: 0,
      total,
      label: 'llamacpp-smollm2-135m-q8_0',
      rest: null,
    },
  ],
]
const phaseStarted = (phase: 'prepare' | 'baseline' | 'measure'): StudyEvent =>
  worker({ type: 'phaseStarted', phase, atMs: 7_000_000 })
const load = (requestsDone: number): StudyEvent =>
  worker({
    type: 'load',
    phase: 'measure',
    requestsDone,
    requestsTotal: 10,
    outputTokens: 64 * requestsDone,
    tokensPerSecond: 63.96,
  })

const measuring: Heard[] = [
  ...begin(),
  [0, phaseStarted('prepare')],
  [1200, worker({ type: 'phaseEnded', phase: 'prepare', atMs: 7_001_200, durationMs: 1200 })],
  [1200, worker({ type: 'warned', warning: warn('HOST_BUSY', { otherCores: 0.4 }) })],
  [1200, phaseStarted('measure')],
  [5100, worker({ type: 'power', watts: 31.24, isEstimate: true })],
  [5200, load(4)],
]

const replay = (heard: readonly Heard[], from = noProgress): ProgressState =>
  heard.reduce((state, [heardMs, event]) => advance(state, event, heardMs), from)

const live = (state: ProgressState, nowMs: number, width = 100): string =>
  renderLive(state, nowMs, { width, height: 24, paint: paintFor(false) })

const restOf = ({ running: [only] }: ProgressState, nowMs: number) =>
  only === undefined ? null : estimateRunRest(only, nowMs)

test('the live view shows ended phases with their times and what the running one does', () => {
  assertGolden('src/cli/progress/golden/live.txt', live(replay(measuring), 5200))
})

test('the rest of the measurement follows from the requests done', () => {
  // 4 requests in 4 s, 6 to go: 6 s, and less as time passes.
  assert.deepEqual(restOf(replay(measuring), 5200), {
    restMs: 6000,
    basis: '4 requests',
  })
  assert.equal(restOf(replay(measuring), 6200)?.restMs, 5000)
  assert.equal(restOf(replay(measuring), 60_000)?.restMs, 0)
})

test('without a finished request there is no estimate', () => {
  const state = replay([...begin(), [0, phaseStarted('measure')], [50, load(0)]])
  assert.equal(restOf(state, 1000), null)
})

test('a download shows bytes, share and the time left at its own rate', () => {
  const download = (done: number): StudyEvent =>
    worker({ type: 'progress', label: 'download model', done, total: 1024 ** 2, unit: 'bytes' })
  const state = replay([
    ...begin(),
    [0, phaseStarted('prepare')],
    [1000, download(256 * 1024)],
    [2000, download(512 * 1024)],
  ])
  assert.match(
    live(state, 2000, 120),
    /download model 512\.0 KiB of 1\.0 MiB \(50 %\)\n +about 2\.0 s left, judged by the rate so far/,
  )
})

test('no line of the live view reaches the edge of the terminal', () => {
  const state = replay(measuring)
  for (const width of [20, 40, 60]) {
    const lines = live(state, 5200, width).split('\n')
    assert.deepEqual(
      lines.filter((line) => line.length >= width),
      [],
    )
  }
})

test('between experiments the live view is empty', () => {
  assert.equal(live(noProgress, 0), '')
})

test('piped progress has a line per phase, warning and outcome', () => {
  const heard: Heard[] = [
    ...measuring,
    [11_300, load(10)],
    [11_400, worker({ type: 'phaseEnded', phase: 'measure', atMs: 7_011_400, durationMs: 10_200 })],
    [12_000, { type: 'experimentEnded', id: 'a', index: 0, outcome: measured, figures: null }],
    [12_000, { type: 'studyEnded', status: 'completed', measured: 1, failed: 0, skipped: 0 }],
  ]
  let state = noProgress
  const lines = heard.flatMap(([heardMs, event]) => {
    const written = plainLines(event, state, heardMs)
    state = advance(state, event, heardMs)
    return written
  })
  assertGolden('src/cli/progress/golden/plain.txt', `${lines.join('\n')}\n`)
})

test('a heartbeat tells the phase, how long it lasts and how far it is', () => {
  assert.deepEqual(heartbeatLines(replay(measuring), 5200), [
    '[1/1] measure for 4.0 s, 4 of 10 requests, 64.0 tokens/s, 31.2 W est., about 6.0 s left, judged by 4 requests',
  ])
  assert.deepEqual(heartbeatLines(noProgress, 0), [])
})

test('a failed experiment is told with its phase and cause', () => {
  const { code, message, hint } = new AppError('WORKER_CRASHED', { code: 139, signal: null })
  const failure = { code, message, hint, phase: 'launch' as const }
  const outcome = { status: 'failed' as const, directory: 'd', failure }
  assert.deepEqual(
    plainLines(
      { type: 'experimentEnded', id: 'a', index: 0, outcome, figures: null },
      replay(begin()),
      100,
    ),
    ['[1/1] failed in phase launch: the worker died (exit code 139) before it wrote a result'],
  )
})

const measured = { status: 'measured', directory: 'results/study-1/runs/a' } as const

test('what is done with an image before the first experiment is told once in lines, and all the time live', () => {
  const image = 'some/image:1'
  const pulling = (done: number): StudyEvent => ({
    type: 'preparing',
    task: 'pull',
    image,
    done,
    total: 12,
  })
  const state = replay([
    [0, pulling(0)],
    [61_000, pulling(3)],
  ])
  assert.equal(
    live(state, 62_000),
    '[#####---------------]  pulling some/image:1, 3 of 12 layers, 1 m 02 s',
  )
  assert.deepEqual(plainLines(pulling(0), noProgress, 0), ['pulling some/image:1'])
  assert.deepEqual(plainLines(pulling(4), state, 62_000), [])
  const prepared = { type: 'prepared', task: 'pull', image } as const
  assert.deepEqual(plainLines(prepared, state, 62_000), ['pulled some/image:1 in 1 m 02 s'])
  assert.equal(live(advance(state, prepared, 62_000), 62_000), '')
})

test('a bar shows how far a download is, and none is drawn where nobody knows', () => {
  const download = (done: number, total: number | null): StudyEvent =>
    worker({ type: 'progress', label: 'downloading', done, total, unit: 'bytes' })
  const line = (event: StudyEvent): string =>
    live(replay([...begin(), [0, phaseStarted('prepare')], [0, event]]), 1000)
      .split('\n')
      .at(-1) ?? ''
  assert.match(line(download(0, 1e9)), /\[-{20}\] {2}downloading 0 B of /)
  assert.match(line(download(1e9, 1e9)), /\[#{20}\] {2}downloading /)
  assert.doesNotMatch(line(download(1e6, null)), /\[[#-]/)
})
