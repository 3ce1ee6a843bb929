import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMetrics } from './parseMetrics.ts'
import { readFigures } from './readFigures.ts'

const parse = (text: string, ...names: string[]) =>
  Object.fromEntries(parseMetrics(text, new Set(names)))

test('samples are read with and without labels, times and comments', () => {
  const text = `# HELP a Some text {with} "braces"
# TYPE a gauge
a 1.5
b{x="1"} 2e3 1395066363000
c{text="a } brace, a \\"quote\\" and a\\\\"} 7
d\t4
`
  assert.deepEqual(parse(text, 'a', 'b', 'c', 'd'), { a: 1.5, b: 2000, c: 7, d: 4 })
})

test('samples of one name are summed, as replicas of an engine are', () => {
  const text = 'a{engine="0"} 2\na{engine="1"} 3\nab 10\na_total 5'
  assert.deepEqual(parse(text, 'a'), { a: 5 })
})

test('what is no number is left out', () => {
  const text = 'a NaN\nb +Inf\nc\nd{x="1"\ne {} \n{} 4\n\nf 1'
  assert.deepEqual(parse(text, 'a', 'b', 'c', 'd', 'e', 'f'), { f: 1 })
})

test('the figures of each engine are found under its names', () => {
  const vllm = readFigures(`vllm:num_requests_running{engine="0"} 3
vllm:gpu_cache_usage_perc 0.25
vllm:prefix_cache_hits_total 16`)
  assert.equal(vllm?.engine, 'vllm')
  assert.deepEqual(
    [vllm?.figures.running, vllm?.figures.kvCacheShare, vllm?.figures.cachedPromptTokens],
    [3, 0.25, 16],
  )
  assert.equal(vllm?.figures.queueCount, null)
  assert.equal(readFigures('sglang:num_queue_reqs 2')?.figures.waiting, 2)
  assert.equal(readFigures('tgi_batch_current_size 8')?.figures.running, 8)
  assert.equal(readFigures('llamacpp:requests_deferred 1')?.engine, 'llama-server')
  assert.equal(readFigures('node_cpu_seconds_total 1'), null)
})
