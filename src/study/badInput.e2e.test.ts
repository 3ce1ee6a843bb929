import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WorkerEvent } from '../core/events.ts'
import { loadResult } from '../store/readStudy.ts'
import { requirePart } from '../testing/requirePart.ts'
import { hourMs } from '../testing/runQuietly.ts'
import { smallDisk } from '../testing/smallDisk.ts'
import { failureOf, type HostTime, quick, temporary, watchStudy } from '../testing/watchStudy.ts'

const isMeasuring = (event: WorkerEvent): boolean =>
  event.type === 'phaseStarted' && event.phase === 'measure'

/** Lets so much time pass at once when the measurement begins, and then second after second. */
const passAtMeasure =
  (durationMs: number) =>
  (event: WorkerEvent, time: HostTime): void => {
    if (!isMeasuring(event)) return
    time.pass(durationMs)
    time.flow()
  }

test('a worker that dies leaves a failure record that says how and in which phase', async (t) => {
  const run = await watchStudy(t, { ...quick, fake: { crash_at_request: 2 } })
  assert.equal(run.exitCode, 5)
  const { code, phase, signal, exitCode } = failureOf(run)
  assert.deepEqual([code, phase, signal, exitCode], ['WORKER_CRASHED', 'measure', 'SIGKILL', null])
})

test('a worker that hangs is ended for its silence', async (t) => {
  const study = { ...quick, fake: { hang_at_request: 2 } }
  const run = await watchStudy(t, study, { onEvent: passAtMeasure(300_000) })
  assert.equal(run.exitCode, 5)
  const { code, phase, hint } = failureOf(run)
  assert.deepEqual([code, phase], ['WORKER_SILENT', 'measure'])
  assert.match(hint, /silence_timeout_seconds/)
})

test('a worker that hangs is ended by the wall clock', async (t) => {
  const study = {
    ...quick,
    fake: { hang_at_request: 2 },
    execution: { silence_timeout_seconds: 7200 },
  }
  const run = await watchStudy(t, study, { onEvent: passAtMeasure(hourMs) })
  assert.equal(run.exitCode, 5)
  const { code, phase, hint } = failureOf(run)
  assert.deepEqual([code, phase], ['WORKER_TIMED_OUT', 'measure'])
  assert.match(hint, /experiment_timeout_seconds/)
})

test('a worker that hangs and ignores SIGTERM is killed', async (t) => {
  const study = { ...quick, fake: { hang_at_request: 2, ignore_sigterm: true } }
  const run = await watchStudy(t, study, { onEvent: passAtMeasure(300_000) })
  assert.equal(run.exitCode, 5)
  const { code, signal } = failureOf(run)
  assert.deepEqual([code, signal], ['WORKER_SILENT', 'SIGKILL'])
})

test('an interrupted study ends its worker, and its run has neither result nor failure', async (t) => {
  const controller = new AbortController()
  const run = await watchStudy(
    t,
    { ...quick, fake: { hang_at_request: 2 } },
    { signal: controller.signal, onEvent: (event) => isMeasuring(event) && controller.abort() },
  )
  assert.equal(run.exitCode, 130)
  assert.equal(run.outcome.status, 'skipped')
  const files = readdirSync(run.directory)
  assert.deepEqual([files.includes('result.json'), files.includes('failure.json')], [false, false])
})

test('a worker that floods stdout is measured all the same, and its log stays small', async (t) => {
  const run = await watchStudy(t, { ...quick, fake: { flood_stdout: 200 } })
  assert.equal(run.exitCode, 0)
  assert.equal((await loadResult(run.directory)).requests.completed, 4)
  assert.ok(statSync(join(run.directory, 'worker.log')).size < 70 * 1024 ** 2)
  const events = readFileSync(join(run.directory, 'events.ndjson'), 'utf8')
  assert.equal(events.trim().split('\n').length, run.events.length)
})

test('a result that was delivered counts although the teardown never ends', async (t) => {
  const run = await watchStudy(
    t,
    { ...quick, fake: { hang_on_close: true } },
    { onEvent: (event, time) => event.type === 'resultWritten' && time.flow() },
  )
  assert.equal(run.exitCode, 0)
  assert.equal((await loadResult(run.directory)).requests.completed, 4)
})

test('a launch that fails is told with its reason', async (t) => {
  const run = await watchStudy(t, { ...quick, fake: { fail_launch: true } })
  assert.equal(run.exitCode, 5)
  const { code, phase, message } = failureOf(run)
  assert.deepEqual([code, phase], ['BACKEND_FAILED', 'launch'])
  assert.match(message, /fail_launch is set/)
})

test('requests that fail are counted, and the others are measured', async (t) => {
  const run = await watchStudy(t, { ...quick, fake: { fail_request_every: 2 } })
  assert.equal(run.exitCode, 0)
  const { requests, warnings } = await loadResult(run.directory)
  assert.deepEqual([requests.completed, requests.failed], [2, 2])
  assert.ok(warnings.some(({ code }) => code === 'REQUESTS_FAILED'))
})

test('a run without a token is a failure, and keeps its raw readings', async (t) => {
  const run = await watchStudy(t, { ...quick, fake: { empty_output: true } })
  assert.equal(run.exitCode, 5)
  assert.equal(failureOf(run).code, 'NO_OUTPUT_TOKENS')
  const files = readdirSync(run.directory)
  assert.ok(files.includes('requests.parquet') && files.includes('power.parquet'))
})

test('a dataset without a usable prompt is told with the columns that were looked at', async (t) => {
  const dataset = join(temporary(t), 'prompts.jsonl')
  for (const text of ['', '{"nothing":"here"}\n', '{"prompt":""}\n{"prompt":null}\n']) {
    writeFileSync(dataset, text)
    const run = await watchStudy(t, { ...quick, dataset })
    assert.equal(run.exitCode, 5)
    const { code, phase, message } = failureOf(run)
    assert.deepEqual([code, phase], ['DATASET_NO_PROMPTS', 'prepare'])
    assert.match(message, /prompts\.jsonl has 0 distinct usable prompts.*columns prompt/)
  }
})

test('a dataset and a trace that are not there are told in the first phase', async (t) => {
  const absent = join(temporary(t), 'absent')
  const missing = [
    [{ dataset: `${absent}.jsonl` }, 'DATASET_UNREADABLE'],
    [{ load: { mode: 'open', arrivals: 'trace', trace: absent } }, 'TRACE_UNREADABLE'],
  ] as const
  for (const [written, expected] of missing) {
    const run = await watchStudy(t, { ...quick, ...written })
    assert.equal(run.exitCode, 5)
    const { code, phase } = failureOf(run)
    assert.deepEqual([code, phase], [expected, 'prepare'])
  }
})

test('a disk that fills up is told as such, and loses nothing that was measured before', async (t) => {
  const disk = smallDisk(t)
  if (!requirePart(t, 'tmpfs', disk.missing)) return
  const first = await watchStudy(t, quick, { resultsDir: disk.path })
  assert.equal(first.exitCode, 0)
  const onEvent = (event: WorkerEvent): void => {
    if (isMeasuring(event)) disk.fill()
  }
  await assert.rejects(watchStudy(t, quick, { resultsDir: disk.path, onEvent }), {
    code: 'DISK_FULL',
    exitCode: 3,
  })
  assert.equal((await loadResult(first.directory)).requests.completed, 4)
})
