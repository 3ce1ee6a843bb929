import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './nearest.ts'

const keys = ['temperature', 'top_k', 'top_p', 'random_seed', 'cpu-estimate', 'n']

test('a word a few letters off, in camel case, with other hyphens or cut short is found', () => {
  assert.equal(nearest('temprature', keys), 'temperature')
  assert.equal(nearest('topK', keys), 'top_k')
  assert.equal(nearest('cpu_estimate', keys), 'cpu-estimate')
  assert.equal(nearest('seed', keys), 'random_seed')
})

test('two letters swapped count as one slip', () => {
  assert.equal(nearest('nvlm', ['nvml', 'rapl']), 'nvml')
})

test('a word that is far from all, or could be several, gets no suggestion', () => {
  assert.equal(nearest('quantization', keys), null)
  assert.equal(nearest('top', ['top_of_all', 'top_of_none']), null)
  assert.equal(nearest('x', keys), null)
  assert.equal(nearest('', keys), null)
  assert.equal(nearest('x', []), null)
})
