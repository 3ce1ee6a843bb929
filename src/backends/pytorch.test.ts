import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { experimentFields } from '../config/experimentConfig.ts'
import { AppError } from '../core/errors.ts'
import { findProgram } from '../core/findProgram.ts'
import { heldClock } from '../testing/heldClock.ts'
import { quietContext } from '../testing/quietContext.ts'
import { requirePart } from '../testing/requirePart.ts'
import { stubPython } from '../testing/stubPython.ts'
import type { BackendSession, Completion } from './backend.ts'
import { backend } from './pytorch.ts'

const configOf = (written: object = {}) =>
  z.object(experimentFields).parse({ model: 'synthetic/tiny', backend: 'pytorch', ...written })

const problems = (options: object, written: object = {}): string[] =>
  (backend.check?.(configOf(written), backend.options.parse(options)) ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  )

test('settings that contradict each other or the workload are found while planning', () => {
  const four = { load: { concurrency: 4 } }
  assert.deepEqual(problems({ batch_size: 4 }, four), [])
  assert.match(problems({ batch_size: 8 }, four)[0] ?? '', /^pytorch\.batch_size: .* 4 requests/)
  assert.match(problems({ prompt_lookup_num_tokens: 3 }, four)[0] ?? '', /expected 1 with assisted/)
  assert.deepEqual(problems({ prompt_lookup_num_tokens: 3 }), [])
  assert.match(problems({ load_in_4bit: true, load_in_8bit: true })[0] ?? '', /found both/)
  assert.match(problems({ device: 'cuda:1', device_map: 'auto' })[0] ?? '', /device_map/)
  assert.match(problems({ torch_compile_mode: 'default' })[0] ?? '', /torch_compile: true/)
  assert.match(problems({ bnb_4bit_quant_type: 'nf4' })[0] ?? '', /load_in_4bit: true/)
  assert.match(problems({ max_memory: { 0: '20GiB' } })[0] ?? '', /device_map/)
  assert.match(problems({ early_stopping: true })[0] ?? '', /num_beams above 1/)
  assert.match(
    problems({ attn_implementation: 'flash_attention_2' }, { precision: 'fp32' })[0] ?? '',
    /fp16 or bf16/,
  )
  assert.match(problems({ assistant_model: 'org/name' })[0] ?? '', /^pytorch\.assistant_model/)
  assert.match(problems({}, { precision: 'q4_0' })[0] ?? '', /^precision: expected one of fp32/)
  assert.match(problems({}, { model: 'some.gguf' })[0] ?? '', /^model: /)
})

interface Setting {
  options?: object
  written?: object
  clock?: ReturnType<typeof heldClock>
}

async function open(t: TestContext, { options = {}, written = {}, clock }: Setting = {}) {
  const found = await backend.probe(stubPython)
  if (!requirePart(t, 'python3', found.status === 'available' ? null : found.reason)) return null
  const ctx = await quietContext(t, { env: stubPython, ...(clock === undefined ? {} : { clock }) })
  const session = await backend.open(configOf(written), backend.options.parse(options), ctx)
  t.after(() => session[Symbol.asyncDispose]())
  return session
}

const never = new AbortController().signal

/** One request, and the steps that were told of it. */
async function ask(session: BackendSession, prompt: string, maxOutputTokens = 8) {
  const steps: [atMs: number, count: number][] = []
  // As the stub's tokenizer has it: asked there, the requests of one batch would come one after the other.
  const promptTokens = [...Buffer.from(prompt)]
  const request = { index: 0, prompt, promptTokens, maxOutputTokens, seed: 1 }
  const completion: Completion = await session.generate(
    request,
    (atMs, count) => steps.push([atMs, count]),
    never,
  )
  return { completion, steps, tokens: steps.reduce((sum, [, count]) => sum + count, 0) }
}

const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'answered',
    (cause) => (cause instanceof AppError ? `${cause.code}: ${cause.message}` : String(cause)),
  )

test('rows of a batch start together, and padding is counted nowhere', async (t) => {
  const session = await open(t, { written: { load: { concurrency: 3 } } })
  if (session === null) return
  const asked = ['a', 'four', 'a longer prompt'].map((prompt) => ask(session, prompt))
  const rows = await Promise.all(asked)
  assert.deepEqual(
    rows.map(({ completion }) => [completion.inputTokens, completion.outputTokens]),
    [
      [1, 8],
      [4, 8],
      [15, 8],
    ],
  )
  const [first, second, third] = rows.map(({ steps }) => steps)
  assert.deepEqual(first, second)
  assert.deepEqual(first, third)
  const observed = await session.observed()
  assert.equal(observed['batches'], 1)
  assert.equal(observed['rows_per_batch'], 3)
  assert.equal(observed['padding_share'], 1 - 20 / 45)
})

test('what comes after the end of a row is no output', async (t) => {
  const written = { load: { concurrency: 2 }, decoder: { ignore_eos: false } }
  const session = await open(t, { written })
  if (session === null) return
  const [short, long] = await Promise.all([ask(session, 'stops'), ask(session, 'goes on')])
  assert.deepEqual(
    [short.completion.outputTokens, short.tokens, short.completion.finishReason],
    [3, 3, 'stop'],
  )
  assert.deepEqual(
    [long.completion.outputTokens, long.tokens, long.completion.finishReason],
    [8, 8, 'length'],
  )
})

test('rows of one batch may have different limits', async (t) => {
  const session = await open(t, { written: { load: { concurrency: 2 } } })
  if (session === null) return
  const both = await Promise.all([ask(session, 'one', 2), ask(session, 'two', 5)])
  assert.deepEqual(
    both.map(({ completion, tokens }) => [completion.outputTokens, tokens]),
    [
      [2, 2],
      [5, 5],
    ],
  )
})

test('requests beyond a batch wait for the next', async (t) => {
  const session = await open(t, {
    options: { batch_size: 2 },
    written: { load: { concurrency: 5 } },
  })
  if (session === null) return
  await Promise.all(['1', '2', '3', '4', '5'].map((prompt) => ask(session, prompt)))
  assert.equal((await session.observed())['batches'], 3)
})

test('the tokens of beams become visible together', async (t) => {
  const session = await open(t, { options: { num_beams: 2 } })
  if (session === null) return
  const { steps, completion } = await ask(session, 'beams')
  assert.deepEqual(
    steps.map(([, count]) => count),
    [8],
  )
  assert.equal(completion.outputTokens, 8)
})

test('a batch that fails says why, and the next is served', async (t) => {
  const session = await open(t)
  if (session === null) return
  assert.match(await codeOf(ask(session, 'fills memory')), /^ENGINE_OUT_OF_MEMORY: .*2\.00 GiB/)
  assert.match(await codeOf(ask(session, 'breaks')), /^BACKEND_FAILED: .*shapes do not match/)
  assert.equal((await ask(session, 'works')).completion.outputTokens, 8)
})

test('a Python that dies is told with its last lines, by all that ask later too', async (t) => {
  const session = await open(t)
  if (session === null) return
  const death = /^ENGINE_DIED: pytorch ended with exit code 3 .*Fatal Python error/s
  assert.match(await codeOf(ask(session, 'dies')), death)
  assert.match(await codeOf(ask(session, 'works')), death)
})

test('a Python that hangs in the midst of a batch is ended', async (t) => {
  const clock = heldClock()
  const session = await open(t, { options: { stall_timeout_seconds: 60 }, clock })
  if (session === null) return
  const asked = codeOf(ask(session, 'hangs'))
  assert.match(await clock.passUntil(asked), /^ENGINE_SILENT: pytorch said nothing for 1 m/)
})

test('a model that is never loaded is given up', async (t) => {
  const clock = heldClock()
  const options = { ready_timeout_seconds: 60 }
  const opened = codeOf(open(t, { options, clock, written: { model: 'synthetic/qwen3-0.6b' } }))
  assert.match(await clock.passUntil(opened), /^ENGINE_NOT_READY: pytorch did not serve within 1 m/)
})

test('a device that is not there is an error, and so is a Python that is not', async (t) => {
  assert.match(await codeOf(open(t, { options: { device: 'cuda' } })), /CUDA/)
  const missing = codeOf(open(t, { options: { python: 'no-such-python' } }))
  assert.match(await missing, /^BACKEND_UNAVAILABLE: .*no such program/)
})

test('a library that is missing is named with the command that installs it', async (t) => {
  const missing = findProgram('python3', stubPython) === null ? 'there is no python3' : null
  if (!requirePart(t, 'python3', missing)) return
  const ctx = await quietContext(t, { env: barePython(t) })
  const found = await backend.probe(ctx.env)
  assert.ok(found.status === 'unavailable')
  assert.match(found.reason, /has no torch and no transformers/)
  assert.match(found.fix ?? '', /pip install torch transformers/)
  const opened = codeOf(backend.open(configOf(), backend.options.parse({}), ctx))
  assert.match(await opened, /^BACKEND_UNAVAILABLE: .*no module (torch|transformers)/)
})

/** The Python of this machine without anything that was installed into it. */
function barePython(t: TestContext): { PATH: string } {
  const folder = mkdtempSync(join(tmpdir(), 'llem-python-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const script = `#!/bin/sh\nexec ${findProgram('python3', stubPython)} -S "$@"\n`
  writeFileSync(join(folder, 'python3'), script, { mode: 0o755 })
  return { PATH: `${folder}:${stubPython.PATH}` }
}
