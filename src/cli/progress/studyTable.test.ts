import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../core/errors.ts'
import type { OutcomeSummary, RestEstimate, RunFigures, StudyEvent } from '../../core/events.ts'
import { warn } from '../../core/warnings.ts'
import { paintFor } from '../../report/paint.ts'
import { assertGolden } from '../../testing/golden.ts'
import { estimateStudyRest } from './estimateRest.ts'
import { plainLines } from './plainLines.ts'
import { advance, noProgress, type ProgressState } from './progressState.ts'
import { renderLive } from './renderLive.ts'

type Heard = [heardMs: number, event: StudyEvent]

const measured = { status: 'measured', directory: 'd' } as const
const crash = new AppError('WORKER_CRASHED', { code: 139, signal: null })
const failed: OutcomeSummary = {
  status: 'failed',
  directory: 'd',
  failure: { code: crash.code, message: crash.message, hint: crash.hint, phase: 'launch' },
}
const figures: RunFigures = {
  isClientLimited: false,
  energyJ: 312,
  isEstimate: false,
  isSynthetic: false,
  joulesPerOutputToken: 0.4875,
  outputTokensPerSecond: 64,
}
const rest = (parts: Partial<RestEstimate> = {}): RestEstimate => ({
  restMs: 100_000,
  ended: 2,
  left: 10,
  leftOfKnown: 0,
  ...parts,
})

const total = 12
const started = (index: number, label: string, estimate: RestEstimate | null): StudyEvent => ({
  type: 'experimentStarted',
  id: `${index}`,
  index,
  total,
  label,
  rest: estimate,
})
const ended = (
  index: number,
  outcome: OutcomeSummary,
  told: RunFigures | null = null,
): StudyEvent => ({ type: 'experimentEnded', id: `${index}`, index, outcome, figures: told })

const study: readonly Heard[] = [
  [0, { type: 'studyStarted', directory: 'results/bits-1', total, measured: 0 }],
  [0, started(0, 'fp16 concurrency=1', null)],
  [62_000, ended(0, measured, figures)],
  [62_000, started(1, 'q8_0 concurrency=16', rest({ ended: 1, left: 11 }))],
  [74_000, ended(1, failed)],
  [74_000, started(2, 'q4_0 concurrency=1', rest())],
  [100_000, ended(2, measured, { ...figures, energyJ: 1250, isEstimate: true })],
  [100_000, started(3, 'fp16 concurrency=2', rest({ ended: 3, left: 9, leftOfKnown: 3 }))],
  [
    100_000,
    { type: 'worker', id: '3', event: { type: 'phaseStarted', phase: 'prepare', atMs: 0 } },
  ],
  [
    101_200,
    {
      type: 'worker',
      id: '3',
      event: { type: 'phaseEnded', phase: 'prepare', atMs: 0, durationMs: 1200 },
    },
  ],
  [
    101_200,
    {
      type: 'worker',
      id: '3',
      event: { type: 'warned', warning: warn('HOST_BUSY', { otherCores: 0.4 }) },
    },
  ],
  [
    101_200,
    { type: 'worker', id: '3', event: { type: 'phaseStarted', phase: 'measure', atMs: 0 } },
  ],
]

const replay = (heard: readonly Heard[]): ProgressState =>
  heard.reduce((state, [heardMs, event]) => advance(state, event, heardMs), noProgress)

const live = (
  state: ProgressState,
  nowMs: number,
  size: { width?: number; height?: number } = {},
) => renderLive(state, nowMs, { width: 100, height: 24, paint: paintFor(false), ...size })

test('the table shows how the study stands, the last outcomes and the run that is going on', () => {
  assertGolden('src/cli/progress/golden/study.txt', live(replay(study), 110_000))
})

test('however many runs have ended, the view stays below the height of the terminal', () => {
  let state = replay(study)
  for (let index = 0; index < 60; index++) {
    state = advance(state, ended(index, index % 3 === 0 ? failed : measured, figures), 200_000)
    state = advance(state, started(index, `label ${index}`, rest()), 200_000)
    const phase = { type: 'phaseStarted', phase: 'measure', atMs: 0 } as const
    state = advance(state, { type: 'worker', id: `${index}`, event: phase }, 200_000)
    for (const height of [3, 5, 8, 24]) {
      const lines = live(state, 300_000, { height }).split('\n')
      assert.ok(lines.length < height, `${lines.length} lines of ${height}`)
    }
  }
})

test('on a low terminal the run that is going on and the head stay', () => {
  const lines = live(replay(study), 110_000, { height: 6 }).split('\n')
  assert.match(lines[0] ?? '', /^12 runs: /)
  assert.match(lines[1] ?? '', /^about 1 m 30 s left/)
  assert.match(lines[2] ?? '', /^\[4\/12\] fp16 concurrency=2/)
  assert.ok(lines.some((line) => line.startsWith('> measure')))
})

test('no line is as wide as the terminal', () => {
  for (const width of [20, 40, 60]) {
    const lines = live(replay(study), 110_000, { width }).split('\n')
    assert.deepEqual(
      lines.filter((line) => line.length >= width),
      [],
    )
  }
})

test('the estimate runs down from when it was told, and says what it is judged by', () => {
  const restAt = (estimate: RestEstimate, nowMs: number) =>
    estimateStudyRest(replay([...study.slice(0, 1), [1000, started(5, 'x', estimate)]]), nowMs)
  assert.deepEqual(restAt(rest(), 41_000), { restMs: 60_000, basis: '2 runs' })
  assert.equal(restAt(rest(), 999_000)?.restMs, 0)
  assert.equal(restAt(rest({ ended: 1 }), 0)?.basis, 'the first run')
  assert.equal(restAt(rest({ leftOfKnown: 10 }), 0)?.basis, '2 runs of the same experiments')
  assert.equal(restAt(rest({ leftOfKnown: 4 }), 0)?.basis, '2 runs, 4 of 10 by the same experiment')
})

test('the rest of the first run is not taken for that of the study', () => {
  const load = {
    type: 'load',
    phase: 'measure',
    requestsDone: 4,
    requestsTotal: 10,
    outputTokens: 9,
    tokensPerSecond: 1,
  } as const
  const phase = { type: 'phaseStarted', phase: 'measure', atMs: 0 } as const
  const state = replay([
    ...study.slice(0, 2),
    [0, { type: 'worker', id: '0', event: phase }],
    [4000, { type: 'worker', id: '0', event: load }],
  ])
  const [head = '', title = '', ...active] = live(state, 4000).split('\n')
  assert.match(head, /^12 runs: 0 measured, 12 left/)
  assert.match(title, /^\[1\/12\]/)
  assert.match(active.join('\n'), /about 6.0 s left, judged by 4 requests/)
})

test('between two runs the table stays, with what is waited for', () => {
  const waiting: StudyEvent = {
    type: 'waiting',
    reason: 'experiment_gap',
    untilMs: 120_000,
    celsius: null,
    holder: null,
  }
  const state = replay([...study.slice(0, 7), [100_000, waiting]])
  const lines = live(state, 110_000).split('\n')
  assert.match(lines[0] ?? '', /2 measured, 1 failed, 9 left/)
  assert.equal(lines.at(-1), '[##########----------]  rest between experiments, 10.0 s left')
})

test('a run whose load client was at its limit has joules, and nothing to compare', () => {
  const limited = ended(0, measured, { ...figures, isClientLimited: true })
  const state = replay([...study.slice(0, 2), [62_000, limited]])
  const line = live(state, 62_000).split('\n').at(-1) ?? ''
  assert.match(line, /312 J, client limited$/)
})

test('asked for, its figures are shown all the same, with the mark', () => {
  const limited = ended(0, measured, { ...figures, isClientLimited: true })
  const before = { ...replay(study.slice(0, 2)), includesClientLimited: true }
  const told = /312 J, .* J\/token, 64\.0 tokens\/s, client limited$/
  assert.match(plainLines(limited, before, 62_000).join(), told)
  assert.match(
    live(advance(before, limited, 62_000), 62_000)
      .split('\n')
      .at(-1) ?? '',
    told,
  )
})

test('measured, estimated and made-up joules are never added up', () => {
  const kinds = [
    { ...figures, isSynthetic: true },
    { ...figures, isEstimate: true },
    figures,
    figures,
    { ...figures, energyJ: null },
  ]
  const heard = kinds.flatMap((told, index): Heard[] => [
    [0, started(index, 'x', null)],
    [0, ended(index, measured, told)],
  ])
  const { energy } = replay([...study.slice(0, 1), ...heard])
  assert.deepEqual(energy, { measuredJ: 624, estimatedJ: 312, syntheticJ: 312, unknown: 1 })
})

test('piped, a run of many begins with the time that is left and ends with its figures', () => {
  let state = noProgress
  const lines = study.slice(0, 8).flatMap(([heardMs, event]) => {
    const written = plainLines(event, state, heardMs)
    state = advance(state, event, heardMs)
    return written
  })
  assertGolden('src/cli/progress/golden/study-plain.txt', `${lines.join('\n')}\n`)
})

test('runs side by side have a line each, below what the study waits for', () => {
  const phase = (id: string, name: 'measure' | 'warmup'): StudyEvent => ({
    type: 'worker',
    id,
    event: { type: 'phaseStarted', phase: name, atMs: 0 },
  })
  const load = {
    type: 'load',
    phase: 'measure',
    requestsDone: 4,
    requestsTotal: 10,
    outputTokens: 9,
    tokensPerSecond: 64,
  } as const
  const waiting: StudyEvent = {
    type: 'waiting',
    reason: 'experiment_gap',
    untilMs: 130_000,
    celsius: null,
    holder: null,
  }
  const state = replay([
    ...study,
    [102_000, started(4, 'q8_0 concurrency=2', rest())],
    [102_500, phase('4', 'warmup')],
    [104_000, { type: 'worker', id: '3', event: load }],
    [104_000, started(5, 'q4_0 concurrency=2', rest())],
    [104_000, waiting],
  ])
  assertGolden('src/cli/progress/golden/side-by-side.txt', live(state, 110_000))
  for (const height of [3, 4, 5, 6, 8]) {
    const lines = live(state, 110_000, { height }).split('\n')
    assert.ok(lines.length < height, `${lines.length} lines of ${height}`)
  }
  const after = advance(state, ended(3, measured, figures), 110_000)
  assert.deepEqual(
    after.running.map(({ label }) => label),
    ['q8_0 concurrency=2', 'q4_0 concurrency=2'],
  )
  assert.equal(after.recent.at(-1)?.tookMs, 10_000)
})
