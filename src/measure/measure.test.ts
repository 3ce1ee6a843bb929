import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendSession } from '../backends/backend.ts'
import { backend as fake } from '../backends/fake.ts'
import { quietContext } from '../testing/quietContext.ts'
import { sampleExperiment } from '../testing/sampleResult.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { measure } from './measure.ts'
import { phaseTimer } from './phaseTimer.ts'
import type { Sampler } from './sampler/startSampler.ts'

test('nothing is asked of the engine between the quiet time before the window and its first request', async (t) => {
  const clock = virtualClock(1000)
  const ctx = await quietContext(t, { clock })
  const asked: string[] = []
  const session: BackendSession = {
    version: '1',
    model: null,
    observed: async () => ({}),
    async connect() {
      asked.push('connect')
    },
    async prefixCache() {
      asked.push('prefixCache')
      return { isOn: false, facts: {} }
    },
    async generate({ maxOutputTokens }, onTokens) {
      asked.push('generate')
      onTokens(clock.nowMs(), maxOutputTokens)
      return {
        inputTokens: 1,
        outputTokens: maxOutputTokens,
        finishReason: 'length',
        text: null,
      }
    },
    async [Symbol.asyncDispose]() {},
  }
  const sampler: Sampler = {
    domains: [],
    devices: [],
    warnings: [],
    readings: () => [],
    looks: () => [],
    async waitFor() {},
    async watchEdges(side) {
      asked.push(side)
      return null
    },
    stats: () => ({ ticks: 0, intervalErrorP99Ms: null, cpuMs: 0 }),
    async finishTable() {},
    async [Symbol.asyncDispose]() {},
  }
  const { config } = sampleExperiment()
  const file = sampleExperiment({ n: 2, warmup: { ...config.warmup, enabled: false } })
  await measure(file, {
    ctx,
    phases: phaseTimer(clock, () => {}),
    backend: {
      ...fake,
      async checkServer() {
        asked.push('checkServer')
      },
      async open() {
        asked.push('open')
        return session
      },
    },
    async openSampler() {
      asked.push('openSampler')
      return sampler
    },
    async deliver() {},
  })
  const prepared = ['checkServer', 'openSampler', 'open']
  const measured = ['prefixCache', 'connect', 'before', 'generate', 'generate', 'after']
  assert.deepEqual(asked, [...prepared, ...measured])
})
