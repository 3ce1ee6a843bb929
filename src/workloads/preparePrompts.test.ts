import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { z } from 'zod'
import type { Tokenizer } from '../backends/backend.ts'
import { type ExperimentInput, experimentFields } from '../config/experimentConfig.ts'
import { AppError } from '../core/errors.ts'
import { type FakeHubOptions, startFakeHub } from '../testing/fakeHub.ts'
import { quietContext } from '../testing/quietContext.ts'
import { preparePrompts } from './preparePrompts.ts'

const byteTokenizer: Tokenizer = {
  encode: (text) => [...Buffer.from(text)],
  decode: (tokens) => Buffer.from(tokens).toString(),
}
const fileLines = (...rows: unknown[]): string =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n')

interface Setting extends Partial<ExperimentInput> {
  warmupCount?: number
  tokenizer?: Tokenizer | null
  /** Content of the dataset file. */
  file?: string
}

async function prepare(t: TestContext, { warmupCount = 0, tokenizer, file, ...written }: Setting) {
  const ctx = await quietContext(t)
  const dataset = file === undefined ? {} : { dataset: `${ctx.cacheDir}/data.jsonl` }
  if (dataset.dataset !== undefined) await writeFile(dataset.dataset, file ?? '')
  const config = z.object(experimentFields).parse({ model: 'any', n: 3, ...dataset, ...written })
  return preparePrompts({
    config,
    tokenizer: tokenizer === undefined ? byteTokenizer : tokenizer,
    warmupCount,
    ctx,
  })
}

const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => assert.fail('expected a failure'),
    (cause) => (cause instanceof AppError ? cause : assert.fail(String(cause))),
  )

test('synthetic prompts have exactly the length asked for, and text and tokens are one prompt', async (t) => {
  const { measured, discardedInputTokens, warnings } = await prepare(t, {
    n: 20,
    prompt_length: { distribution: 'fixed', tokens: 100 },
    max_output_tokens: 7,
  })
  for (const [index, request] of measured.entries()) {
    assert.equal(request.promptTokens?.length, 100)
    assert.equal(byteTokenizer.decode(request.promptTokens), request.prompt)
    assert.match(request.prompt, /^[a-z]+( [a-z]*)+$/)
    assert.deepEqual([request.index, request.maxOutputTokens], [index, 7])
  }
  assert.deepEqual([discardedInputTokens, warnings], [0, []])
})

test('no two prompts of a run are alike, warm-up included', async (t) => {
  const { measured, warmup } = await prepare(t, {
    n: 300,
    warmupCount: 100,
    prompt_length: { distribution: 'fixed', tokens: 5 },
  })
  assert.equal(new Set([...measured, ...warmup].map(({ prompt }) => prompt)).size, 400)
  assert.equal(new Set([...measured, ...warmup].map(({ seed }) => seed)).size, 400)
})

test('the same seed gives the same requests, another seed gives others', async (t) => {
  const first = await prepare(t, { random_seed: 1 })
  assert.deepEqual(await prepare(t, { random_seed: 1 }), first)
  const other = await prepare(t, { random_seed: 2 })
  assert.notDeepEqual(
    other.measured.map(({ prompt }) => prompt),
    first.measured.map(({ prompt }) => prompt),
  )
})

test('neither warm-up nor n changes the requests that are measured', async (t) => {
  const first = await prepare(t, { n: 3 })
  assert.deepEqual((await prepare(t, { n: 3, warmupCount: 5 })).measured, first.measured)
  assert.deepEqual((await prepare(t, { n: 9 })).measured.slice(0, 3), first.measured)
})

test('lengths that have too few prompts are refused', async (t) => {
  const failure = await failureOf(
    prepare(t, { n: 60, prompt_length: { distribution: 'fixed', tokens: 1 } }),
  )
  assert.equal(failure.code, 'DATASET_NO_PROMPTS')
})

test('prompts longer than allowed are cut, and what is cut is counted for measured ones alone', async (t) => {
  const { measured, discardedInputTokens, warnings } = await prepare(t, {
    n: 2,
    warmupCount: 1,
    max_input_tokens: 4,
    file: fileLines({ prompt: 'abcdef' }, { prompt: 'xyz' }, { prompt: 'warm-up prompt' }),
  })
  assert.deepEqual(
    measured.map(({ prompt, promptTokens }) => [prompt, promptTokens?.length]),
    [
      ['abcd', 4],
      ['xyz', 3],
    ],
  )
  assert.equal(discardedInputTokens, 2)
  assert.deepEqual(
    warnings.map(({ code, data }) => [code, data]),
    [['PROMPTS_TRUNCATED', { promptCount: 1, discardedTokens: 2, limit: 4 }]],
  )
})

test('prompts that are alike after cutting count once', async (t) => {
  const failure = await failureOf(
    prepare(t, {
      n: 2,
      max_input_tokens: 3,
      file: fileLines({ prompt: 'same beginning' }, { prompt: 'same end' }, { prompt: 'same' }),
    }),
  )
  assert.match(failure.message, /1 distinct usable prompts where 2 are needed/)
})

test('without a tokenizer lengths are estimated and a warning says so', async (t) => {
  const { measured, discardedInputTokens, warnings } = await prepare(t, {
    n: 1,
    tokenizer: null,
    max_input_tokens: 10,
    file: fileLines({ prompt: 'x'.repeat(50) }),
  })
  assert.deepEqual([measured[0]?.prompt.length, measured[0]?.promptTokens], [40, null])
  assert.equal(discardedInputTokens, 3)
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['PROMPTS_TRUNCATED', 'PROMPT_LENGTHS_ESTIMATED'],
  )
})

test('synthetic prompts without a tokenizer have four characters for each token', async (t) => {
  const setting = { tokenizer: null, prompt_length: { distribution: 'fixed', tokens: 50 } } as const
  const { measured, discardedInputTokens } = await prepare(t, setting)
  assert.deepEqual(
    measured.map(({ prompt }) => prompt.length),
    [200, 200, 200],
  )
  assert.equal(discardedInputTokens, 0)
})

test('the prompt is the first column of five that holds text; bad lines are counted', async (t) => {
  const { measured, warnings } = await prepare(t, {
    n: 4,
    file: fileLines(
      { _source: 'a header tells where the data come from' },
      { text: 'second', prompt: ' first ' },
      '',
      '{"prompt": broken',
      '[1]',
      { prompt: '  ', question: 'third' },
      { answer: 'no prompt' },
      { prompt: 7, instruction: 'fourth', input: 'not this' },
      { input: 'fifth' },
    ),
  })
  assert.deepEqual(
    measured.map(({ prompt }) => prompt),
    ['first', 'third', 'fourth', 'fifth'],
  )
  assert.deepEqual(warnings[0]?.data['malformed'], 2)
  assert.deepEqual(warnings[0]?.data['withoutPrompt'], 1)
})

test('a named column is the only one looked at', async (t) => {
  const file = fileLines({ prompt: 'no', body: 'yes' })
  const { measured } = await prepare(t, { n: 1, dataset_column: 'body', file })
  assert.equal(measured[0]?.prompt, 'yes')
  const failure = await failureOf(prepare(t, { n: 1, dataset_column: 'other', file }))
  assert.match(failure.message, /0 distinct usable prompts .*columns other/)
})

test('orders: as they stand, by source, shuffled by the seed', async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`)
  const file = fileLines(...names.map((prompt, i) => ({ prompt, source: i % 2 ? 'a' : 'b' })))
  const order = async (changes: Partial<ExperimentInput>) =>
    (await prepare(t, { n: 12, file, ...changes })).measured.map(({ prompt }) => prompt)
  assert.deepEqual(await order({}), names)
  assert.deepEqual(await order({ dataset_order: 'grouped' }), [
    ...names.filter((_, i) => i % 2),
    ...names.filter((_, i) => i % 2 === 0),
  ])
  const shuffled = await order({ dataset_order: 'shuffled', random_seed: 1 })
  assert.notDeepEqual(shuffled, names)
  assert.deepEqual([...shuffled].sort(), [...names].sort())
  assert.deepEqual(await order({ dataset_order: 'shuffled', random_seed: 1 }), shuffled)
  assert.notDeepEqual(await order({ dataset_order: 'shuffled', random_seed: 2 }), shuffled)
})

test('a dataset that is not there or not named right is said to be unreadable', async (t) => {
  for (const dataset of ['none.jsonl', 'hf:org', '/']) {
    const failure = await failureOf(prepare(t, { dataset }))
    assert.equal(failure.code, 'DATASET_UNREADABLE', dataset)
  }
})

const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'id', data: [1, 2] },
      { name: 'question', data: ['one?', 'two?'] },
    ],
  }),
)

async function prepareFromHub(
  t: TestContext,
  dataset: string,
  options: Partial<FakeHubOptions> = {},
) {
  const files = {
    'datasets/org/set/README.md': Buffer.from('#'),
    'datasets/org/set/data/test-00000-of-00001.parquet': parquet,
    'datasets/org/set/train.jsonl': Buffer.from(fileLines({ prompt: 'a' }, { prompt: 'b' })),
  }
  const hub = await startFakeHub(t, { files, ...options })
  const ctx = await quietContext(t, { env: hub.env })
  const config = z.object(experimentFields).parse({ model: 'any', n: 2, dataset })
  const run = () => preparePrompts({ config, tokenizer: byteTokenizer, warmupCount: 0, ctx })
  return { hub, run }
}

test('a dataset of the hub is its first file of the split, kept for runs without a network', async (t) => {
  const { hub, run } = await prepareFromHub(t, 'hf:org/set')
  const first = await run()
  assert.deepEqual(
    first.measured.map(({ prompt }) => prompt),
    ['a', 'b'],
  )
  await hub.close()
  assert.deepEqual(await run(), first)
})

test('a split in parquet is read too', async (t) => {
  const { run } = await prepareFromHub(t, 'hf:org/set:test')
  assert.deepEqual(
    (await run()).measured.map(({ prompt }) => prompt),
    ['one?', 'two?'],
  )
})

test('a split that is not there gets the list of what is', async (t) => {
  const { run } = await prepareFromHub(t, 'hf:org/set:validation')
  const failure = await failureOf(run())
  assert.match(failure.message, /split validation; it has data\/test-00000.*, train\.jsonl/)
})

test('a private dataset asks for a token', async (t) => {
  const { run } = await prepareFromHub(t, 'hf:org/set', { token: 'hf_x' })
  const failure = await failureOf(run())
  assert.match(failure.message, /401.*HF_TOKEN/)
})
