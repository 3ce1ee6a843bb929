import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { BackendSession } from '../backends/backend.ts'
import { backend as fake } from '../backends/fake.ts'
import { quietContext } from '../testing/quietContext.ts'
import { sampleExperiment } from '../testing/sampleResult.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { measure } from './measure.ts'
import { phaseTimer } from './phaseTimer.ts'
import type { Sampler } from './sampler/startSampler.ts'

/** The metrics route of an engine; `onLook` is told of each look. */
async function metricsRoute(t: TestContext, onLook: () => void): Promise<string> {
  const server = createServer((_request, response) => {
    onLook()
    response.end('vllm:num_requests_running 0\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return `http://127.0.0.1:${address.port}/metrics`
}

test('nothing is asked of the engine between the quiet time before the window and its first request', async (t) => {
  const clock = virtualClock(1000)
  const ctx = await quietContext(t, { clock })
  const asked: string[] = []
  const metricsUrl = await metricsRoute(t, () => asked.push('look'))
  const session: BackendSession = {
    version: '1',
    metricsUrl,
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
  const measured = [
    'prefixCache',
    'connect',
    'look',
    'before',
    'generate',
    'generate',
    'after',
    'look',
  ]
  // In the window it looks as often as the clock says.
  const [startsAt, endsAt] = [asked.indexOf('generate'), asked.indexOf('after')]
  const told = asked.filter((what, at) => what !== 'look' || at < startsAt || at > endsAt)
  assert.deepEqual(told, [...prepared, ...measured])
})
