import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counterTrace, energyDomain, powerTrace } from '../../../testing/powerTrace.ts'
import { requestRecord } from '../../../testing/requestRecord.ts'
import type { RequestRecord } from '../../../workloads/driveLoad.ts'
import { summarizeEnergy } from '../summarizeEnergy.ts'
import { summarizeRequestEnergy } from './summarizeRequestEnergy.ts'

/** First token after `prefillMs`, then one every 100 ms. */
function request(sentAtMs: number, prefillMs: number, tokens: number): RequestRecord {
  const first = sentAtMs + prefillMs
  const steps = Array.from({ length: tokens }, (_, step) => [first + step * 100, 1] as const)
  return requestRecord({ sentAtMs, steps, promptTokens: 10, outputTokens: tokens })
}

interface Case {
  requests: RequestRecord[]
  powerW: number | ((atMs: number) => number)
  kind?: 'counter' | 'power'
  everyMs?: number
}

function summary({ requests, powerW, kind = 'counter', everyMs = 1 }: Case) {
  const window = {
    startMs: Math.min(...requests.map(({ sentAtMs }) => sentAtMs)),
    endMs: Math.max(...requests.map(({ endedAtMs }) => endedAtMs)),
  }
  const domains = [energyDomain({ method: kind, updatePeriodMs: everyMs })]
  const trace = kind === 'counter' ? counterTrace : powerTrace
  const readings = trace({ powerW, endMs: window.endMs + 3000, everyMs })
  const outputTokens = requests.reduce((sum, { stepCount }) => sum + stepCount, 0)
  const tokens = { inputTokens: 10 * requests.length, outputTokens }
  const work = { outputTokens, requests: requests.length }
  const energy = summarizeEnergy({
    domains,
    readings,
    window,
    idle: null,
    loadedIdle: null,
    quiet: null,
    otherCpuShare: null,
    ...work,
  })
  const isSingle = requests.every(
    ({ sentAtMs }, index) => sentAtMs >= (requests[index - 1]?.endedAtMs ?? 0),
  )
  const found = summarizeRequestEnergy({
    window,
    domains,
    readings,
    requests,
    energy,
    tokens,
    peakInFlight: isSingle ? 1 : 2,
  })
  assert.ok(found !== null)
  return { ...found, energyJ: energy.total.energyJ ?? 0 }
}

const near = (found: number | null | undefined, expected: number, tolerance: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - expected) <= tolerance, `${found} is not ${expected}`)

for (const kind of ['counter', 'power'] as const) {
  test(`prefill at 300 W and decode at 100 W are told apart by a ${kind} sensor`, () => {
    // 400 ms of prefill and 900 ms of decode, ten times.
    const requests = Array.from({ length: 10 }, (_, i) => request(1000 + 1300 * i, 400, 10))
    const powerW = (atMs: number): number =>
      atMs >= 1000 && (atMs - 1000) % 1300 < 400 ? 300 : 100
    const { singleStream, energyJ } = summary({ requests, powerW, kind, everyMs: 10 })
    assert.ok(singleStream !== null)
    const { prefill, decode } = singleStream
    near(prefill.energyJ, 1200, 12 + (prefill.uncertaintyJ ?? 0))
    near(decode.energyJ, 900, 12 + (decode.uncertaintyJ ?? 0))
    near((prefill.energyJ ?? 0) + (decode.energyJ ?? 0), energyJ, 1)
    assert.ok((prefill.uncertaintyJ ?? 0) > 0 && (prefill.uncertaintyJ ?? 0) < 120)
    assert.deepEqual([prefill.durationMs, decode.durationMs], [4000, 9000])
    near(singleStream.prefillJoulesPerInputToken, 12, 1)
    near(singleStream.decodeJoulesPerOutputToken, 10, 1)
  })
}

test('a prefill shorter than two periods of the sensor is unknown, and says why', () => {
  const requests = [request(1000, 30, 10), request(2000, 30, 10)]
  const { singleStream } = summary({ requests, powerW: 100, everyMs: 100 })
  assert.equal(singleStream?.prefill.energyJ, null)
  assert.match(
    singleStream?.prefill.unknownBecause ?? '',
    /^it lasts .* in a request, and the slowest sensor tells of /,
  )
  near(singleStream?.decode.energyJ, 180, 0.5)
})

test('a request alone takes all, two at once share, and nobody takes the pause', () => {
  // 1000 to 2000 alone, 3000 to 4000 both, then the second alone for another second.
  const requests = [
    requestRecord({ index: 0, sentAtMs: 1000, endedAtMs: 2000, steps: [[2000, 1]] }),
    requestRecord({ index: 1, sentAtMs: 3000, endedAtMs: 4000, steps: [[4000, 1]] }),
    requestRecord({ index: 2, sentAtMs: 3000, endedAtMs: 5000, steps: [[5000, 1]] }),
  ]
  const { meanJ, p50J, maxJ, unattributedJ, singleStream } = summary({ requests, powerW: 100 })
  near(unattributedJ, 100, 0.01)
  near(meanJ, 100, 0.01)
  near(p50J, 100, 0.01)
  near(maxJ, 150, 0.01)
  assert.equal(singleStream, null)
})

test('what requests took and what nobody took is what was used', () => {
  const requests = Array.from({ length: 40 }, (_, i) => request(1000 + 137 * (i % 13), 50 + i, 5))
  const powerW = (atMs: number): number => 50 + (atMs % 700) / 7
  const { meanJ, unattributedJ, energyJ } = summary({ requests, powerW, everyMs: 7 })
  near(meanJ * requests.length + unattributedJ, energyJ, 1e-6 * energyJ)
})
