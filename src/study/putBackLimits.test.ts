import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Owner, ownOwner } from '../core/processOwner.ts'
import type { EnergySource } from '../energy/energySource.ts'
import { source as nvml } from '../energy/nvml.ts'
import { writeLimits } from '../store/limitsFile.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { temporary } from '../testing/watchStudy.ts'
import { lockDevices } from './lockDevices.ts'
import { putBackLimits } from './putBackLimits.ts'

const device = {
  source: 'nvml',
  uuid: 'GPU-1',
  powerLimitW: { set: 300, before: 700 },
  clockMhz: 1410,
}

/** A process of this machine that has ended. */
function killed(): Owner {
  const { pid } = spawnSync(process.execPath, ['--version'])
  return { ...ownOwner(), process: `${pid}@1` }
}

/** Limits that `owner` has noted, and what becomes of them when the next study begins. */
async function begin(
  t: TestContext,
  owner: Owner,
  { causes = [], devices = [] }: { causes?: string[]; devices?: readonly string[] } = {},
) {
  const cacheDir = temporary(t)
  const env = { LLEM_LOCK_DIR: join(temporary(t), 'locks') }
  const path = await writeLimits(cacheDir, { schemaVersion: 1, owner, devices: [device] })
  const asked: string[] = []
  const source: EnergySource<unknown> = {
    ...nvml,
    async putBack({ uuid }) {
      asked.push(uuid)
      return causes
    },
  }
  const ctx = { clock: virtualClock(0), env, root: '/' }
  const put = () => putBackLimits({ cacheDir, devices, ctx, sources: [source] })
  return { env, put, asked, isNoted: () => existsSync(path) }
}

test('limits of a host that was killed are put back once, and the study says so', async (t) => {
  const owner = killed()
  const { put, asked, isNoted } = await begin(t, owner)
  const [warning, ...others] = await put()
  assert.equal(warning?.code, 'GPU_LIMITS_PUT_BACK')
  assert.equal(
    warning.message,
    `limits that process ${owner.process.split('@')[0]} had set and left behind were put back: GPU-1: 300 W instead of 700 W, compute clock locked at 1410 MHz`,
  )
  assert.deepEqual([others, asked, isNoted()], [[], ['GPU-1'], false])
  assert.deepEqual(await put(), [])
})

test('limits of a process that runs, or that cannot be seen from here, are left alone', async (t) => {
  const own = ownOwner()
  const owners = [
    own,
    { ...killed(), scope: `${own.scope.split(' ')[0]} pid:[1]` },
    { ...killed(), host: 'other', scope: 'x' },
  ]
  for (const owner of owners) {
    const { put, asked, isNoted } = await begin(t, owner)
    assert.deepEqual([await put(), asked, isNoted()], [[], [], true])
  }
})

test('a machine that was started anew has forgotten the limits', async (t) => {
  const { put, asked, isNoted } = await begin(t, { ...killed(), scope: 'earlier pid:[1]' })
  assert.deepEqual([await put(), asked, isNoted()], [[], [], false])
})

test('what cannot be put back is told, and tried again the next time', async (t) => {
  const { put, isNoted } = await begin(t, killed(), { causes: ['GPU-1: no rights'] })
  const [warning] = await put()
  assert.equal(warning?.code, 'GPU_LIMITS_LEFT')
  assert.match(warning.message, /GPU-1: no rights$/)
  assert.ok(isNoted())
})

test('a board that another study measures is left alone; one that this study has locked is not', async (t) => {
  const holder = { pid: process.pid, doing: 'study other', since: '' }
  const other = await begin(t, killed())
  const locks = await lockDevices(['gpu-GPU-1'], other.env.LLEM_LOCK_DIR, holder)
  assert.ok(locks.status === 'held')
  t.after(async () => {
    for (const lock of locks.locks) await lock[Symbol.asyncDispose]()
  })
  assert.deepEqual([await other.put(), other.asked, other.isNoted()], [[], [], true])
  const own = await begin(t, killed(), { devices: ['gpu-GPU-1'] })
  await own.put()
  assert.deepEqual(own.asked, ['GPU-1'])
})
