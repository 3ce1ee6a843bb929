import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadingStage } from './loadingStage.ts'

test('the last line that tells is what an engine does', () => {
  const log = 'INFO Starting to load model\nINFO torch.compile takes 3 s\nINFO something else\n'
  assert.equal(loadingStage(log), 'compiling')
  assert.equal(loadingStage('INFO hello'), null)
})

test('what is off, and a list of all settings, is no stage', () => {
  const told = 'Load weight begin. avail mem=20.4 GB'
  const off = 'Disable prefill CUDA graph, cudagraph is disabled by the attention backend'
  const settings = `server_args={${"'warmup': True, ".repeat(40)}}`
  assert.equal(loadingStage([told, off, settings].join('\n')), 'loading weights')
})
