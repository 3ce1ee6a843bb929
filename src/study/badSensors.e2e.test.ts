import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadResult } from '../store/readStudy.ts'
import { quick, watchStudy } from '../testing/watchStudy.ts'

/** Long enough for one second after the opening of the sensors to lie well inside the window, even after a slow launch. */
const sixRequestsOf260Ms = { n: 6, fake: { ttft_ms: 0, tokens_per_second: 27 } }

test('a sensor that fails leaves its energy unknown, says why, and spoils no other', async (t) => {
  const run = await watchStudy(t, {
    ...quick,
    ...sixRequestsOf260Ms,
    energy: {
      sources: ['simulated'],
      simulated: {
        watts: 100,
        publish_period_ms: 20,
        devices: [
          { id: 'good' },
          { id: 'zero', method: 'power', faults: { zero: true } },
          { id: 'stuck', faults: { stuck_after_seconds: 0 } },
          { id: 'backwards', faults: { backwards_at_seconds: 1 } },
          { id: 'vanishing', faults: { vanish_at_seconds: 1 } },
        ],
      },
    },
  })
  assert.equal(run.exitCode, 0)
  const { energy, warnings, durationMs } = await loadResult(run.directory)
  const energyOf = Object.fromEntries(energy.domains.map((one) => [one.domain.id, one.energyJ]))
  const { good, ...failed } = energyOf
  const expectedJ = (100 * durationMs) / 1000
  assert.ok(Math.abs((good ?? 0) - expectedJ) < 0.1 * expectedJ, `${good} J`)
  assert.deepEqual(failed, { zero: null, stuck: null, backwards: null, vanishing: null })
  const told = warnings
    .filter(({ data }) => typeof data['domain'] === 'string' && data['domain'] in failed)
    .map(({ code, data, hint }) => `${data['domain']} ${code} ${hint.length > 0}`)
  for (const line of [
    'zero SENSOR_ZERO true',
    'stuck COUNTER_STUCK true',
    'backwards COUNTER_BACKWARDS true',
    'vanishing SENSOR_VANISHED true',
  ]) {
    assert.ok(told.includes(line), `${line} in ${told.join(', ')}`)
  }
  assert.equal(energy.total.energyJ, null)
  assert.equal(energy.total.joulesPerOutputToken, null)
})
