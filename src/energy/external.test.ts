import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { makeFileTree } from '../testing/fixtures/fileTree.ts'
import { type MeterServer, startMeterServer } from '../testing/fixtures/meterServer.ts'
import { heldClock } from '../testing/heldClock.ts'
import { source } from './external.ts'

async function openOn(t: TestContext, written: Record<string, unknown>, env: Environment = {}) {
  const clock = heldClock()
  const meter = await source.open(source.options.parse(written), { clock, env, root: '/' })
  t.after(() => meter[Symbol.asyncDispose]())
  return { meter, clock }
}

const wattsOf = async (
  t: TestContext,
  written: Record<string, unknown>,
  env: Environment = {},
): Promise<number | null | undefined> => {
  const { meter } = await openOn(t, written, env)
  return meter.read()[0]?.watts
}

/** Asked so rarely that the held clock decides when. */
const slow = ({ url }: MeterServer) => ({ type: 'shelly-gen1', url, interval_seconds: 10 })

const problemsOf = (written: Record<string, unknown>): string[] =>
  (source.options.safeParse(written).error?.issues ?? []).map(({ path }) => path.join('.'))

test('a Shelly of either generation is asked for the outlet that feeds the machine', async (t) => {
  const { url } = await startMeterServer(t, {
    '/meter/1': { power: 81.42, is_valid: true },
    '/rpc/Switch.GetStatus?id=0': { id: 0, apower: 120.5, voltage: 230.1 },
  })
  assert.equal(await wattsOf(t, { type: 'shelly-gen1', url, channel: 1 }), 81.42)
  assert.equal(await wattsOf(t, { type: 'shelly-gen2', url: `${url}/` }), 120.5)
})

test('a Tasmota gets name and password in the query, and no label shows them', async (t) => {
  const answer = { StatusSNS: { ENERGY: { Power: 143, Total: 12.7 } } }
  const { url } = await startMeterServer(t, {
    '/cm?cmnd=Status%208&user=me&password=s%26cret': answer,
  })
  const env = { LLEM_METER_USER: 'me', LLEM_METER_PASSWORD: 's&cret' }
  const { meter } = await openOn(t, { type: 'tasmota', url }, env)
  assert.equal(meter.read()[0]?.watts, 143)
  assert.equal(meter.domains[0]?.sensor, `Tasmota at ${url}/cm, StatusSNS.ENERGY.Power`)
})

test('any JSON is read by its path and unit, numbers in quotes too', async (t) => {
  const { url } = await startMeterServer(t, { '/status': { phases: [{ p: '0.25' }] } })
  const written = { type: 'json', url: `${url}/status`, path: 'phases[0].p', unit: 'kW' }
  assert.equal(await wattsOf(t, written), 250)
})

test('the domain is the wall, with its lag, resolution and uncertainty stated', async (t) => {
  const { url } = await startMeterServer(t, { '/rpc/Switch.GetStatus?id=0': { apower: 120 } })
  const facts = async (more: Record<string, unknown>) => {
    const [domain] = (await openOn(t, { type: 'shelly-gen2', url, ...more })).meter.domains
    assert.deepEqual([domain?.id, domain?.scope, domain?.method], ['wall', 'wall', 'power'])
    const { updatePeriodMs, averagingWindowMs, lagMs, resolutionW, gainUncertainty } = domain ?? {}
    return [updatePeriodMs, averagingWindowMs, lagMs, resolutionW, gainUncertainty]
  }
  assert.deepEqual(await facts({}), [1000, 1000, null, 0.1, 0.01])
  assert.deepEqual(
    await facts({
      interval_seconds: 2,
      lag_seconds: 1.5,
      resolution_watts: 0.5,
      uncertainty: 0.002,
    }),
    [2000, 1000, 1500, 0.5, 0.002],
  )
})

test('it is asked in the background, once per interval', async (t) => {
  const server = await startMeterServer(t, { '/meter/0': { power: 100 } })
  const { meter, clock } = await openOn(t, slow(server))
  for (let i = 0; i < 50; i++) meter.read()
  assert.equal(server.asked.length, 1)
  server.answers.set('/meter/0', { power: 200 })
  clock.pass(10_000)
  while (meter.read()[0]?.watts !== 200) await wait(5)
  assert.equal(server.asked.length, 2)
})

test('a meter that stops answering reads null after a while', async (t) => {
  const server = await startMeterServer(t, { '/meter/0': { power: 100 } })
  const { meter, clock } = await openOn(t, slow(server))
  server.answers.set('/meter/0', 500)
  clock.pass(10_000)
  assert.equal(meter.read()[0]?.watts, 100)
  clock.pass(40_000)
  assert.equal(meter.read()[0]?.watts, null)
})

test('Redfish is searched for the chassis that states its power', async (t) => {
  const root = '/redfish/v1/Chassis'
  const members = { Members: [{ '@odata.id': `${root}/Enclosure` }, { '@odata.id': `${root}/1` }] }
  const older = await startMeterServer(t, {
    [root]: members,
    [`${root}/1/Power`]: { PowerControl: [{ PowerConsumedWatts: 344 }] },
  })
  const env = { LLEM_METER_USER: 'reader', LLEM_METER_PASSWORD: 'secret' }
  assert.equal(await wattsOf(t, { type: 'redfish', url: older.url }, env), 344)
  assert.ok(older.asked.every(({ credentials }) => credentials === 'reader:secret'))
  const newer = await startMeterServer(t, {
    [root]: members,
    [`${root}/1/EnvironmentMetrics`]: { PowerWatts: { Reading: 510.5 } },
  })
  assert.equal(await wattsOf(t, { type: 'redfish', url: newer.url }), 510.5)
})

test('a command prints watts on its last line', async (t) => {
  const env = { PATH: process.env['PATH'] }
  const command = ['printf', 'warming up\\n120\\n133.5 W\\n']
  assert.equal(await wattsOf(t, { type: 'command', command }, env), 133.5)
})

async function fakeIpmitool(t: TestContext, script: string): Promise<Environment> {
  const folder = await makeFileTree(t, { ipmitool: `#!/bin/sh\n${script}\n` })
  chmodSync(join(folder, 'ipmitool'), 0o755)
  return {
    PATH: `${folder}:${process.env['PATH']}`,
    LLEM_METER_USER: 'reader',
    LLEM_METER_PASSWORD: 'secret',
  }
}

test('IPMI is the instantaneous reading of DCMI, the password out of sight', async (t) => {
  const env = await fakeIpmitool(
    t,
    'echo "$* $IPMI_PASSWORD" | grep -q -- "-H bmc1 -U reader -E dcmi power reading secret" || exit 9\n' +
      'echo "    Instantaneous power reading:                   220 Watts"\n' +
      'echo "    Minimum during sampling period:                 68 Watts"',
  )
  assert.equal(await wattsOf(t, { type: 'ipmi', host: 'bmc1' }, env), 220)
})

test('a command that fails is unavailable in its own words, with what to type', async (t) => {
  const env = await fakeIpmitool(t, 'echo "Could not open device at /dev/ipmi0" >&2; exit 1')
  const ctx = { clock: heldClock(), env, root: '/' }
  assert.deepEqual(await source.probe(ctx, source.options.parse({ type: 'ipmi' })), {
    status: 'unavailable',
    reason: 'ipmitool dcmi power reading: it exits with 1: Could not open device at /dev/ipmi0',
    fix: 'sudo ipmitool dcmi power reading',
  })
})

for (const { what, answer, reason, fix } of [
  { what: 'that asks for a password', answer: 401, reason: /asks for a name/, fix: /LLEM_METER_/ },
  { what: 'that is something else', answer: 404, reason: /answers 404/, fix: /^curl http/ },
  { what: 'whose JSON has no power', answer: { a: 1 }, reason: /has no power/, fix: /^curl/ },
  { what: 'that answers a page', answer: '<html>', reason: /is not JSON/, fix: /^curl/ },
]) {
  test(`a meter ${what} is unavailable, with the reason and what to type`, async (t) => {
    const server: MeterServer = await startMeterServer(t, { '/meter/0': answer })
    const chosen = source.options.parse({ type: 'shelly-gen1', url: server.url })
    const found = await source.probe({ clock: heldClock(), env: {}, root: '/' }, chosen)
    assert.ok(found.status === 'unavailable')
    assert.match(found.reason, reason)
    assert.match(found.fix ?? '', fix)
  })
}

test('a meter that is not there is refused when it is opened', async (t) => {
  const { url } = await startMeterServer(t, {})
  const chosen = source.options.parse({ type: 'tasmota', url: url.replace(/\d+$/, '9') })
  await assert.rejects(
    () => source.open(chosen, { clock: heldClock(), env: {}, root: '/' }),
    (thrown) =>
      thrown instanceof AppError &&
      thrown.code === 'ENERGY_SOURCE_UNAVAILABLE' &&
      /ECONNREFUSED|bad port/.test(thrown.message),
  )
})

test('what a type of meter needs must be written, and secrets must not', () => {
  assert.deepEqual(problemsOf({}), [])
  assert.deepEqual(problemsOf({ type: 'tasmota' }), ['url'])
  assert.deepEqual(problemsOf({ type: 'json' }), ['url', 'path'])
  assert.deepEqual(problemsOf({ type: 'command' }), ['command'])
  assert.deepEqual(problemsOf({ type: 'ipmi' }), [])
  assert.deepEqual(problemsOf({ type: 'redfish', url: 'https://me:pass@bmc' }), ['url'])
  assert.deepEqual(problemsOf({ type: 'redfish', url: 'ftp://bmc' }), ['url'])
})
