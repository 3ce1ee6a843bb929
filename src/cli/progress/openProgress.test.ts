import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StudyEvent } from '../../core/events.ts'
import { virtualClock } from '../../testing/virtualClock.ts'
import { type CaptureOptions, captureIo } from '../capturedIo.ts'
import { openProgress, type ProgressOptions } from './openProgress.ts'

const measured = { status: 'measured', directory: 'd' } as const
const begin: readonly StudyEvent[] = [
  { type: 'studyStarted', directory: 'results/study-1', total: 1, measured: 0 },
  { type: 'experimentStarted', id: 'a', index: 0, total: 1, label: 'the-label', rest: null },
  { type: 'worker', id: 'a', event: { type: 'phaseStarted', phase: 'measure', atMs: 0 } },
]

/** Opens a view, shows the beginning of a study, lets time pass and returns everything written. */
async function watch(durationMs: number, options: CaptureOptions & Partial<ProgressOptions>) {
  const { isQuiet = false, isTemporary = false, ...rest } = options
  const clock = virtualClock()
  const io = captureIo({ clock, ...rest })
  const progress = await openProgress(io, { isQuiet, isTemporary })
  for (const event of begin) progress.show(event)
  await clock.sleep(durationMs)
  progress.show({ type: 'experimentEnded', id: 'a', index: 0, outcome: measured, figures: null })
  await progress[Symbol.asyncDispose]()
  return io.text
}

const framesIn = (text: string): number => text.split('\u001B[?2026h').length - 1

test('a terminal is redrawn at most eight times a second, on stderr alone', async () => {
  const { stdout, stderr } = await watch(10_000, { terminalColumns: 80 })
  assert.equal(stdout, '')
  assert.match(stderr, /the-label/)
  const frames = framesIn(stderr)
  assert.ok(frames > 10 && frames <= 80, `${frames} frames in 10 s`)
})

test('a dumb terminal and a pipe get lines without a single escape sequence', async () => {
  const dumb = await watch(1000, { terminalColumns: 80, env: { TERM: 'dumb' } })
  const piped = await watch(1000, {})
  assert.equal(dumb.stderr, piped.stderr)
  assert.equal(
    piped.stderr,
    'results in results/study-1\n[1/1] the-label\n[1/1] measured in 1.0 s\n',
  )
})

test('results that go when the command ends are not said to be anywhere', async () => {
  const { stderr } = await watch(1000, { isTemporary: true })
  assert.equal(stderr, '[1/1] the-label\n[1/1] measured in 1.0 s\n')
})

test('NO_COLOR leaves the live view and takes its colors', async () => {
  const colored = await watch(1000, { terminalColumns: 80 })
  const plain = await watch(1000, { terminalColumns: 80, env: { NO_COLOR: '1' } })
  const bold = '\u001B[1m'
  assert.ok(colored.stderr.includes(bold))
  assert.ok(!plain.stderr.includes(bold) && framesIn(plain.stderr) > 0)
})

test('a long phase in a pipe gets a heartbeat every ten seconds', async () => {
  const { stderr } = await watch(35_000, {})
  assert.deepEqual(
    stderr.split('\n').filter((line) => line.includes('measure for')),
    ['[1/1] measure for 10.0 s', '[1/1] measure for 20.0 s', '[1/1] measure for 30.0 s'],
  )
})

test('quiet writes nothing at all', async () => {
  assert.deepEqual(await watch(60_000, { isQuiet: true, terminalColumns: 80 }), {
    stdout: '',
    stderr: '',
  })
})
