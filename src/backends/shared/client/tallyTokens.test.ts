import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addChunk, openChunkLog } from './chunkLog.ts'
import type { TokenChunk } from './readChunk.ts'
import { tallyTokens } from './tallyTokens.ts'

const chunk = (parts: Partial<TokenChunk>): TokenChunk => ({
  type: 'tokens',
  hasContent: true,
  isUsageOnly: false,
  outputTokens: null,
  inputTokens: null,
  cachedInputTokens: null,
  idCount: null,
  logprobCount: null,
  finishReason: null,
  sentAtMs: null,
  ...parts,
})
const role = chunk({ hasContent: false })
const total = (outputTokens: number) => chunk({ outputTokens })
const final = (outputTokens: number) =>
  chunk({ outputTokens, hasContent: false, isUsageOnly: true })

/** Chunk k arrives at k x 10 ms. */
function tally(chunks: readonly TokenChunk[]) {
  const log = openChunkLog(1)
  chunks.forEach((one, at) => {
    addChunk(log, 10 * at, one)
  })
  const steps: [number, number][] = []
  const { counts, outputTokens } = tallyTokens(log, (atMs, count) => steps.push([atMs, count]))
  return { steps, outputTokens, ...counts }
}

test('a running total says how many tokens each chunk brought', () => {
  const found = tally([role, total(1), total(4), total(5), final(5)])
  assert.deepEqual(found.steps, [
    [10, 1],
    [20, 3],
    [30, 1],
  ])
  assert.deepEqual(
    [found.stepsBy, found.outputTokens, found.continuousUsage, found.finalUsage, found.chunks],
    ['continuous usage', 5, 5, 5, 3],
  )
})

test('tokens that a chunk without text brings are counted when they come', () => {
  // Half a character, or a token held back by a parser.
  const found = tally([total(1), chunk({ hasContent: false, outputTokens: 2 }), total(3)])
  assert.deepEqual(found.steps, [
    [0, 1],
    [10, 1],
    [20, 1],
  ])
})

test('a total that only the last chunk carries is shared evenly among the chunks', () => {
  const found = tally([role, chunk({}), chunk({}), chunk({}), final(12)])
  assert.deepEqual(found.steps, [
    [10, 4],
    [20, 4],
    [30, 4],
  ])
  assert.deepEqual([found.stepsBy, found.outputTokens, found.continuousUsage], ['spread', 12, null])
})

test('a total in the chunk with the finish reason is no running total', () => {
  const finish = chunk({ hasContent: false, finishReason: 'length', outputTokens: 2 })
  const found = tally([chunk({}), chunk({}), finish])
  assert.deepEqual([found.stepsBy, found.outputTokens, found.finalUsage], ['chunks', 2, 2])
  assert.deepEqual(found.steps, [
    [0, 1],
    [10, 1],
  ])
})

test('totals filled with zeros, or with the end from the start, are no running total', () => {
  const zeros = tally([total(0), total(0), total(3)])
  assert.deepEqual([zeros.stepsBy, zeros.steps.length], ['chunks', 3])
  const ends = tally([total(3), total(3), total(3)])
  assert.deepEqual([ends.stepsBy, ends.steps.length, ends.outputTokens], ['chunks', 3, 3])
})

test('an answer of one chunk with a total is counted by it', () => {
  assert.deepEqual(tally([total(7)]).steps, [[0, 7]])
})

test('token ids, then log-probabilities, count where there is no running total', () => {
  const ids = tally([
    chunk({ idCount: 2, logprobCount: 1 }),
    chunk({ idCount: 3, logprobCount: 1 }),
  ])
  assert.deepEqual(
    [ids.stepsBy, ids.outputTokens, ids.tokenIds, ids.logprobs],
    ['token ids', 5, 5, 2],
  )
  const logprobs = tally([chunk({ logprobCount: 4 }), chunk({ logprobCount: 4 })])
  assert.deepEqual([logprobs.stepsBy, logprobs.outputTokens], ['logprobs', 8])
})

test('chunks are the last resort, and no count of tokens', () => {
  const found = tally([role, chunk({}), chunk({})])
  assert.deepEqual([found.stepsBy, found.outputTokens, found.chunks], ['chunks', null, 2])
})

test('a final total below the chunks is kept as it is and moves no token', () => {
  const found = tally([chunk({}), chunk({}), chunk({}), final(1)])
  assert.deepEqual([found.stepsBy, found.steps.length, found.outputTokens], ['chunks', 3, 1])
})

test('counts that disagree are all kept', () => {
  const found = tally([total(1), total(2), final(3)])
  assert.deepEqual([found.continuousUsage, found.finalUsage, found.outputTokens], [2, 3, 2])
})

test('an answer without a token has no step and no total', () => {
  const found = tally([role])
  assert.deepEqual([found.steps, found.outputTokens, found.chunks], [[], null, 0])
})
