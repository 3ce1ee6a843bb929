import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceSummary } from '../store/deviceSummary.ts'
import { deviceRows } from './deviceRows.ts'

const device: DeviceSummary = {
  id: 'gpu0',
  lookCount: 30,
  temperature: { startC: 61, endC: 64, maxC: 64 },
  smClock: { startMhz: 1980, endMhz: 1750, minMhz: 1700, maxMhz: 1980 },
  memoryClockMhz: 2619,
  computeUtilization: 0.9,
  memoryUtilization: 0.4,
  memoryUsedBytes: 1e9,
  powerLimitW: 700,
  throttledShare: {
    powerCap: 0.123,
    softwareThermal: null,
    hardwareThermal: 0,
    powerBrake: null,
    syncBoost: null,
    hardwareSlowdown: null,
  },
  otherPrograms: [],
}

test('a device is one row: how warm, how fast, and what held it down', () => {
  assert.deepEqual(deviceRows([device]), [
    {
      label: 'gpu0',
      text: '61 to 64 °C, 1980 to 1750 MHz, limit 700 W, held down by its power limit for 12.3 %',
    },
  ])
})

test('a device whose driver is silent says so', () => {
  const { throttledShare } = device
  const silent = { ...device, temperature: null, smClock: null, powerLimitW: null }
  const [row] = deviceRows([{ ...silent, throttledShare: { ...throttledShare, powerCap: null } }])
  assert.equal(row?.text, 'its driver tells nothing')
})
