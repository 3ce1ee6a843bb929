import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeProcTree, type ProcMachine } from '../testing/fixtures/procTree.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { source } from './cpu-estimate.ts'
import type { EnergyMeter } from './energySource.ts'
import { findCpuTdp } from './shared/findCpuTdp.ts'

async function openOn(t: TestContext, machine: ProcMachine, written: object) {
  const clock = virtualClock(1_000_000)
  const { root, addCpuSeconds } = await makeProcTree(t, machine)
  const meter = await source.open(source.options.parse(written), { clock, env: {}, root })
  t.after(() => meter[Symbol.asyncDispose]())
  return { meter, clock, root, addCpuSeconds }
}
const joulesOf = (meter: EnergyMeter) => meter.read()[0]?.joules

test('an idle host uses a tenth of its TDP', async (t) => {
  const { meter, clock } = await openOn(t, {}, { tdp_watts: 100 })
  clock.advance(10_000)
  assert.equal(joulesOf(meter), 100)
})

test('a busy host uses its TDP, and half of its CPUs half of the rest', async (t) => {
  const { meter, clock, addCpuSeconds } = await openOn(t, {}, { tdp_watts: 100 })
  clock.advance(10_000)
  addCpuSeconds({ user: 12, nice: 2, system: 4, irq: 1, softirq: 1 })
  assert.equal(joulesOf(meter), 1000)
  clock.advance(10_000)
  addCpuSeconds({ user: 10, idle: 10 })
  assert.equal(joulesOf(meter), 1550)
})

test('idle, waiting and stolen time is not work', async (t) => {
  const { meter, clock, addCpuSeconds } = await openOn(t, {}, { tdp_watts: 100 })
  clock.advance(10_000)
  addCpuSeconds({ idle: 8, iowait: 7, steal: 5 })
  assert.equal(joulesOf(meter), 100)
})

test('readings every 50 ms add up to the same joules as one reading', async (t) => {
  const { meter, clock, addCpuSeconds } = await openOn(t, {}, { tdp_watts: 100 })
  const joules = Array.from({ length: 200 }, (_, i) => {
    clock.advance(50)
    // 30 % of two CPUs: 3 ticks in every reading, with the odd ones of every fourth late.
    addCpuSeconds({ user: i % 4 === 3 ? 0.06 : 0.02 })
    return joulesOf(meter) ?? Number.NaN
  })
  assert.ok(joules.every((value, i) => i === 0 || value >= (joules[i - 1] ?? 0)))
  assert.ok(Math.abs((joules.at(-1) ?? 0) - (100 + 90 * 10 * 0.3)) < 1e-9)
})

test('ticks that are counted late and together make no power above the TDP, and are not lost', async (t) => {
  const { meter, clock, addCpuSeconds } = await openOn(t, {}, { tdp_watts: 100 })
  const joules = [0, 0.2, 0, 0.2, 0].map((user) => {
    clock.advance(100)
    addCpuSeconds({ user })
    return joulesOf(meter) ?? Number.NaN
  })
  const gains = joules.map((value, index) => value - (joules[index - 1] ?? 0))
  assert.ok(
    gains.every((gain) => gain <= 10 + 1e-9),
    gains.join(' '),
  )
  assert.ok(Math.abs((joules.at(-1) ?? 0) - (5 + 90 * 0.2)) < 1e-9)
})

test('a known model takes its TDP from the table, once per package', async (t) => {
  const machine = { model: 'AMD EPYC 7742 64-Core Processor', sockets: 2, threadsPerSocket: 4 }
  const { meter, clock } = await openOn(t, machine, {})
  clock.advance(1000)
  assert.equal(joulesOf(meter), 45)
  assert.deepEqual(meter.warnings?.(), [])
})

test('an unknown model gets 4 W per thread and a warning', async (t) => {
  const { meter, clock } = await openOn(t, { model: 'Oddity 1', threadsPerSocket: 8 }, {})
  clock.advance(10_000)
  assert.equal(joulesOf(meter), 32)
  const [warning] = meter.warnings?.() ?? []
  assert.equal(warning?.code, 'CPU_TDP_ASSUMED')
  assert.deepEqual(warning?.data, { tdpW: 32, cpu: 'Oddity 1' })
})

test('a virtual machine gets the share of the package that its threads are, and says so', async (t) => {
  const machine = {
    model: 'Intel(R) Xeon(R) Platinum 8480+',
    sockets: 2,
    threadsPerSocket: 1,
    isVirtual: true,
  }
  const { meter, clock, root } = await openOn(t, machine, {})
  clock.advance(10_000)
  assert.ok(Math.abs((joulesOf(meter) ?? 0) - ((350 * 2) / 112) * 0.1 * 10) < 1e-9)
  const found = await source.probe({ clock, env: {}, root })
  assert.ok(found.status === 'available' && found.detail.includes('virtual machine'))
})

test('a reading that fails is null, not a guess', async (t) => {
  const { meter, root } = await openOn(t, {}, {})
  writeFileSync(join(root, 'proc/stat'), '')
  assert.equal(joulesOf(meter), null)
  rmSync(join(root, 'proc/stat'))
  assert.equal(joulesOf(meter), null)
})

test('a model is found by whole words, with or without trade marks', () => {
  assert.equal(findCpuTdp('AMD EPYC 7763 64-Core Processor')?.tdpW, 280)
  assert.equal(findCpuTdp('Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz')?.tdpW, 120)
  assert.equal(findCpuTdp('Intel(R) Xeon(R) Gold 6248R CPU @ 3.00GHz')?.tdpW, 205)
  assert.equal(findCpuTdp('13th Gen Intel(R) Core(TM) i9-13900K')?.tdpW, 125)
  assert.equal(findCpuTdp('AMD Ryzen 9 7950X3D 16-Core Processor')?.tdpW, 120)
  assert.equal(findCpuTdp('AMD EPYC'), null)
  assert.equal(findCpuTdp('AMD EPYC 7543P 32-Core Processor'), null)
})
