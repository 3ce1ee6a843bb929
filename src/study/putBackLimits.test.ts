import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Owner, ownOwner } from '../core/processOwner.ts'
import type { EnergySource } from '../energy/energySource.ts'
import { source as nvml } from '../energy/nvml.ts'
import { writeLimits } from '../store/limitsFile.ts'
import { asOrdinaryUser } from '../testing/asOrdinaryUser.ts'
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

interface Beginning {
  /** Why boards cannot be put back. */
  causes?: string[]
  /** Devices of the study. */
  devices?: readonly string[]
  /** Of the boards. */
  uuids?: readonly string[]
  /** Somebody has set another limit since. */
  isOtherwise?: boolean
  sources?: readonly EnergySource<unknown>[]
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
  { causes = [], devices = [], uuids = ['GPU-1'], isOtherwise = false, sources }: Beginning = {},
) {
  const cacheDir = temporary(t)
  const env = { LLEM_LOCK_DIR: join(temporary(t), 'locks') }
  const paths: string[] = []
  for (const uuid of uuids) {
    const note = { schemaVersion: 1, owner, atMs: 0, device: { ...device, uuid } } as const
    paths.push(await writeLimits(cacheDir, note))
  }
  const asked: string[] = []
  const source: EnergySource<unknown> = {
    ...nvml,
    async putBack(left) {
      asked.push(left.uuid)
      return { done: isOtherwise || causes.length > 0 ? null : left, causes }
    },
  }
  const ctx = { clock: virtualClock(0), env, root: '/' }
  const put = () => putBackLimits({ cacheDir, devices, ctx, sources: sources ?? [source] })
  return { cacheDir, env, put, asked, isNoted: (index = 0) => existsSync(paths[index] ?? '') }
}

test('limits of a host that was killed are put back once, and the study says so', async (t) => {
  const owner = killed()
  const { put, asked, isNoted } = await begin(t, owner)
  const [warning, ...others] = await put()
  assert.equal(warning?.code, 'GPU_LIMITS_PUT_BACK')
  assert.equal(
    warning.message,
    `limits that a process had set and left behind were put back: GPU-1: 300 W instead of 700 W, compute clock locked at 1410 MHz (process ${owner.process.split('@')[0]})`,
  )
  assert.deepEqual([others, asked, isNoted()], [[], ['GPU-1'], false])
  assert.deepEqual(await put(), [])
})

test('limits of a process that runs, or of another machine, are left alone', async (t) => {
  for (const owner of [ownOwner(), { ...killed(), host: 'other', scope: 'x' }]) {
    const { put, asked, isNoted } = await begin(t, owner)
    assert.deepEqual([await put(), asked, isNoted()], [[], [], true])
  }
})

test('limits of a process in another container are left alone, and who measures its board is told', async (t) => {
  const boot = ownOwner().scope.split(' ')[0]
  const owner = { ...killed(), host: 'container', scope: `${boot} pid:[1]` }
  const devices = ['gpu-GPU-1']
  const { put, asked, isNoted } = await begin(t, owner, { devices, uuids: ['GPU-0', 'GPU-1'] })
  const [warning, ...others] = await put()
  assert.equal(warning?.code, 'GPU_LIMITS_UNSEEN')
  assert.match(warning.message, /of another container has .*: GPU-1: 300 W instead.*\/gpu-limits\//)
  assert.deepEqual([others, asked, isNoted(0), isNoted(1)], [[], [], true, true])
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

test('what somebody has set otherwise since is not said to be put back, and forgotten', async (t) => {
  const { put, asked, isNoted } = await begin(t, killed(), { isOtherwise: true })
  assert.deepEqual([await put(), asked, isNoted()], [[], ['GPU-1'], false])
})

test('what no source of this version can put back is told and kept', async (t) => {
  const { putBack: _, ...unable } = nvml
  for (const sources of [[], [unable]]) {
    const { put, isNoted } = await begin(t, killed(), { sources })
    const [warning, ...others] = await put()
    assert.match(warning?.message ?? '', /GPU-1: no energy source nvml that can put limits back$/)
    assert.deepEqual([others, isNoted()], [[], true])
  }
})

test('what cannot be read is told: it may be a limit that is in force', async (t) => {
  const { put, cacheDir } = await begin(t, killed())
  await put()
  const directory = join(cacheDir, 'gpu-limits')
  writeFileSync(join(directory, 'x.json'), '{}')
  const [damaged] = await put()
  assert.equal(damaged?.code, 'GPU_LIMITS_UNREAD')
  assert.match(damaged.hint, /^Remove that file/)
  assert.match(damaged.message, /x\.json/)
  rmSync(directory, { recursive: true })
  assert.deepEqual(await put(), [])
  writeFileSync(directory, '')
  const [unread] = await put()
  assert.match(unread?.message ?? '', /ENOTDIR/)
})

test('notes that cannot be removed are told, and hold nothing up', async (t) => {
  const owner = { ...killed(), scope: 'earlier pid:[1]' }
  const { put, cacheDir, isNoted } = await begin(t, owner, { uuids: ['GPU-0', 'GPU-1'] })
  chmodSync(cacheDir, 0o755)
  const directory = join(cacheDir, 'gpu-limits')
  chmodSync(directory, 0o555)
  const [warning, ...others] = await asOrdinaryUser(put)
  chmodSync(directory, 0o755)
  assert.equal(warning?.code, 'GPU_LIMITS_LEFT')
  assert.match(warning.message, /(cannot be removed: EACCES.*\/gpu-limits\/.*){2}/)
  assert.deepEqual([others, isNoted(0), isNoted(1)], [[], true, true])
})

test('a board that another study measures is left alone and told; the others are put back', async (t) => {
  const holder = { pid: process.pid, doing: 'study', since: '' }
  const begun = await begin(t, killed(), {
    uuids: ['GPU-0', 'GPU-1', 'GPU-2'],
    devices: ['gpu-GPU-0'],
  })
  // Of this study, and of another.
  const locks = await lockDevices(['gpu-GPU-0', 'gpu-GPU-1'], begun.env.LLEM_LOCK_DIR, holder)
  assert.ok(locks.status === 'held')
  t.after(async () => {
    for (const lock of locks.locks) await lock[Symbol.asyncDispose]()
  })
  const warnings = await begun.put()
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['GPU_LIMITS_PUT_BACK', 'GPU_LIMITS_LEFT'],
  )
  assert.match(warnings[1]?.message ?? '', /: GPU-1: another study measures it$/)
  assert.deepEqual([...begun.asked].sort(), ['GPU-0', 'GPU-2'])
  assert.deepEqual([0, 1, 2].map(begun.isNoted), [false, true, false])
})

/** A board at 250 W that three killed processes have limited, one after the other. */
async function limitedThrice(t: TestContext, causes: string[]) {
  const cacheDir = temporary(t)
  const note = { schemaVersion: 1, owner: killed() } as const
  // The names of the files are random: so is their order in the directory.
  for (const [atMs, set, before] of [
    [1, 300, 700],
    [3, 250, 275],
    [2, 275, 300],
  ] as const) {
    const noted = { ...device, clockMhz: null, powerLimitW: { set, before } }
    await writeLimits(cacheDir, { ...note, atMs, device: noted })
  }
  let limitW = 250
  const source: EnergySource<unknown> = {
    ...nvml,
    async putBack(left) {
      const { powerLimitW } = left
      if (causes.length > 0 || powerLimitW?.set !== limitW) return { done: null, causes }
      limitW = powerLimitW.before
      return { done: left, causes }
    },
  }
  const env = { LLEM_LOCK_DIR: join(temporary(t), 'locks') }
  const ctx = { clock: virtualClock(0), env, root: '/' }
  const put = () => putBackLimits({ cacheDir, devices: [], ctx, sources: [source] })
  return { put, limitW: () => limitW }
}

test('where several were killed, what the first of them found is put back', async (t) => {
  const { put, limitW } = await limitedThrice(t, [])
  await put()
  assert.equal(limitW(), 700)
})

test('as long as the latest limit of a board stays, the ones before it are kept', async (t) => {
  const causes = ['GPU-1: no rights']
  const { put, limitW } = await limitedThrice(t, causes)
  const [warning] = await put()
  assert.match(warning?.message ?? '', /put back: GPU-1: no rights$/)
  causes.pop()
  await put()
  assert.equal(limitW(), 700)
})
