/** The contract of every backend, as tests: what the harness relies on. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { Backend, BackendSession, Completion, GenerateRequest } from '../backends/backend.ts'
import { type ExperimentConfig, experimentFields } from '../config/experimentConfig.ts'
import { monotonicClock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import { isRecord } from '../core/json.ts'
import { quietContext } from './quietContext.ts'
import { requirePart } from './requirePart.ts'

export interface BackendCase {
  name: string
  load(): Promise<Backend<unknown> | null>
  /** A model that this backend can run on any machine that has the engine. */
  model: string
  /** The section `<name>:` as a person would write it. */
  options: Record<string, unknown>
  env: Environment
}

const never = new AbortController().signal
const outputTokens = 24

/** Defines the contract tests of one backend. Those that need the engine skip where it cannot run. */
export function backendContract(tested: BackendCase): void {
  testDescription(tested)
  test(`${tested.name} keeps the contract of a session`, async (t) => {
    const backend = await present(tested)
    const found = await backend.probe(tested.env)
    const missing = found.status === 'available' ? null : found.reason
    if (!requirePart(t, tested.name, missing)) return
    const session = await backend.open(
      configOf(tested),
      backend.options.parse(tested.options),
      await quietContext(t, { env: tested.env }),
    )
    t.after(() => session[Symbol.asyncDispose]())
    await testSession(t, session)
    await t.test('refuses several processes that send where it knows one', () => {
      const problems = (processes: number) =>
        backend.check?.(withProcesses(tested, processes), backend.options.parse(tested.options)) ??
        []
      assert.deepEqual(problems(1), [])
      const expected = session.clientSettings === undefined ? ['load.processes'] : []
      assert.deepEqual(
        problems(2).map(({ path }) => path.join('.')),
        expected,
      )
    })
  })
}

function withProcesses(tested: BackendCase, processes: number): ExperimentConfig {
  const config = configOf(tested)
  return { ...config, load: { ...config.load, processes } }
}

function testDescription(tested: BackendCase): void {
  const { name } = tested

  test(`${name} says what it is`, async () => {
    const backend = await present(tested)
    assert.equal(backend.name, name)
    assert.ok(backend.title.length > 0 && backend.docs.length > 40)
  })

  test(`${name} foresees no negative need, whether it knows the model or not`, async () => {
    const backend = await present(tested)
    if (backend.forecast === undefined) return
    const config = configOf(tested)
    const known = (await backend.loadOutline?.(config.model, config.precision)) ?? null
    for (const outline of [known, null]) {
      const options = backend.options.parse(tested.options)
      const { gpus, memory, requestMs } = backend.forecast(config, options, outline)
      const figures = [
        gpus.least,
        gpus.most ?? gpus.least,
        requestMs ?? 0,
        ...Object.values(memory ?? {}),
      ]
      assert.ok(figures.every((figure) => Number.isFinite(figure) && figure >= 0))
      assert.ok(gpus.most === null || gpus.least <= gpus.most)
    }
  })

  test(`${name} needs no option, refuses an unknown one and describes each`, async () => {
    const { options } = await present(tested)
    assert.ok(options.safeParse({}).success)
    assert.ok(!options.safeParse({ no_such_option: 1 }).success)
    const { properties } = z.toJSONSchema(options, { io: 'input' })
    for (const [key, field] of Object.entries(properties ?? {})) {
      assert.ok(isRecord(field) && typeof field['description'] === 'string', `${key} is described`)
    }
  })

  test(`${name} checks a configuration without touching it`, async () => {
    const { check, options } = await present(tested)
    const [config, chosen] = [configOf(tested), options.parse(tested.options)]
    const before = structuredClone([config, chosen])
    assert.deepEqual(check?.(config, chosen) ?? [], [])
    assert.deepEqual(check?.(config, chosen) ?? [], [])
    assert.deepEqual([config, chosen], before)
  })
}

async function testSession(t: TestContext, session: BackendSession): Promise<void> {
  await t.test('names its engine and its model', () => {
    assert.ok(session.version.length > 0)
    assert.ok(session.model === null || session.model.parameterCount > 0)
  })

  await t.test(
    'says whether its prefix cache is on, and by what, or that it cannot tell',
    async () => {
      assert.ok(session.prefixCache !== undefined)
      const { isOn, facts } = await session.prefixCache()
      assert.ok(isOn === null || Object.keys(facts).length > 0)
    },
  )

  await t.test('decodes what it encoded', async () => {
    const { tokenizer } = session
    if (tokenizer === undefined) return
    const text = 'Two cafés, 10 °C — 漢字 and 🙂.'
    assert.equal(await tokenizer.decode(await tokenizer.encode(text)), text)
  })

  await t.test('generates exactly the tokens asked for and stamps each step', async () => {
    const request = await requestOf(session, 'Once upon a time', 0)
    const startMs = monotonicClock.nowMs()
    const { completion, stamps, tokens } = await run(session, request)
    const endMs = monotonicClock.nowMs()
    assert.equal(completion.outputTokens, outputTokens)
    assert.equal(completion.finishReason, 'length')
    assert.equal(tokens, outputTokens)
    assert.equal(completion.inputTokens, request.promptTokens?.length ?? completion.inputTokens)
    assert.deepEqual(stamps, stamps.toSorted(ascending))
    assert.ok(stamps.every((atMs) => atMs >= startMs && atMs <= endMs))
  })

  await t.test('serves two requests at a time', async () => {
    const requests = await Promise.all(
      ['The first of two', 'And here is the second'].map((prompt, index) =>
        requestOf(session, prompt, index),
      ),
    )
    const both = await Promise.all(requests.map((request) => run(session, request)))
    for (const { completion, tokens } of both) {
      assert.equal(completion.outputTokens, outputTokens)
      assert.equal(tokens, outputTokens)
    }
  })

  await t.test('answers the same greedy request with the same text', async () => {
    const request = await requestOf(session, 'The same words again', 3)
    const first = await run(session, request)
    const second = await run(session, request)
    assert.equal(first.completion.text, second.completion.text)
  })

  await testAbort(t, session)

  await t.test('tells what it really uses as JSON', async () => {
    const observed = await session.observed()
    assert.deepEqual(z.record(z.string(), z.json()).parse(observed), observed)
  })

  await t.test('closes once and for all', async () => {
    await session[Symbol.asyncDispose]()
    await session[Symbol.asyncDispose]()
  })
}

async function testAbort(t: TestContext, session: BackendSession): Promise<void> {
  await t.test('refuses a request that was aborted before it began', async () => {
    const aborted = AbortSignal.abort(new Error('too late'))
    const request = await requestOf(session, 'Never sent', 4)
    await assert.rejects(
      session.generate(request, () => assert.fail('no token'), aborted),
      /too late/,
    )
  })

  await t.test('ends a request that is aborted between tokens, and serves the next', async () => {
    const controller = new AbortController()
    const request = await requestOf(session, 'Stop in the middle', 5)
    let seen = 0
    const onTokens = (_atMs: number, count: number): void => {
      seen += count
      controller.abort(new Error('enough'))
    }
    await assert.rejects(session.generate(request, onTokens, controller.signal), /enough/)
    assert.ok(seen < outputTokens, `${seen} tokens came before it ended`)
    const next = await run(session, await requestOf(session, 'Go on', 6))
    assert.equal(next.completion.outputTokens, outputTokens)
  })
}

async function present({ load }: BackendCase): Promise<Backend<unknown>> {
  const backend = await load()
  assert.ok(backend !== null, 'the registry does not know it')
  return backend
}

function configOf({ name, model }: BackendCase): ExperimentConfig {
  return z.object(experimentFields).parse({
    model,
    backend: name,
    max_input_tokens: 64,
    max_output_tokens: outputTokens,
    load: { concurrency: 2 },
  })
}

async function requestOf(
  session: BackendSession,
  prompt: string,
  index: number,
): Promise<GenerateRequest> {
  const promptTokens = (await session.tokenizer?.encode(prompt)) ?? null
  return { index, prompt, promptTokens, maxOutputTokens: outputTokens, seed: index + 1 }
}

async function run(
  session: BackendSession,
  request: GenerateRequest,
): Promise<{ completion: Completion; stamps: number[]; tokens: number }> {
  const stamps: number[] = []
  let tokens = 0
  const onTokens = (atMs: number, count: number): void => {
    assert.ok(count >= 1)
    stamps.push(atMs)
    tokens += count
  }
  const completion = await session.generate(request, onTokens, never)
  return { completion, stamps, tokens }
}

const ascending = (a: number, b: number): number => a - b
