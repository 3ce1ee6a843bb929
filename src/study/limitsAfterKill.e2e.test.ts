import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { requirePart } from '../testing/requirePart.ts'
import { noProcessTable } from '../testing/runQuietly.ts'
import { temporary } from '../testing/watchStudy.ts'
import { findLeftLimits } from './findLeftLimits.ts'

/** Limits a board that is none, says so, and waits for its end. */
const program = `
const { limitDevices } = await import(process.argv[1])
const board = { uuid: 'GPU-1', requestedPowerLimitW: 700 }
const meter = {
  domains: [{ source: 'nvml' }],
  devices: () => [board],
  limitDevices: () => ({ status: 'limited', restore: () => [] }),
}
await limitDevices({ power_limit_watts: 300 }, { meters: [meter], cacheDir: process.argv[2], clock: { nowMs: () => 1 } })
console.log('set')
setInterval(() => {}, 1000)
`

test('a host that is killed leaves behind what has to be put back', async (t) => {
  if (!requirePart(t, 'linux', noProcessTable)) return
  const cacheDir = temporary(t)
  const module = new URL('./limitDevices.js', import.meta.url).href
  const argv = ['--input-type=module', '-e', program, module, cacheDir]
  const host = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(host.stdout, 'data')
  const found = async () => (await findLeftLimits(cacheDir)).left
  assert.deepEqual(await found(), [])
  host.kill('SIGKILL')
  await once(host, 'exit')
  const [left] = await found()
  assert.equal(left?.pid, String(host.pid))
  assert.deepEqual(left.device, {
    source: 'nvml',
    uuid: 'GPU-1',
    powerLimitW: { set: 300, before: 700 },
    clockMhz: null,
  })
})
