import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../core/errors.ts'
import type { DeviceFacts, EnergyMeter, LimitedDevices } from '../energy/energySource.ts'
import { readAllLimits } from '../store/limitsFile.ts'
import { boardDomain, fakeMeter } from '../testing/fakeMeter.ts'
import { planOf } from '../testing/plannedStudy.ts'
import { virtualClock } from '../testing/virtualClock.ts'
import { watchScript } from '../testing/watchScript.ts'
import { temporary } from '../testing/watchStudy.ts'
import { limitDevices } from './limitDevices.ts'
import { planWarnings } from './planWarnings.ts'
import { runStudy } from './runStudy.ts'

const board: DeviceFacts = {
  id: 'gpu0',
  name: 'board',
  uuid: 'GPU-1',
  busId: null,
  architecture: null,
  driverVersion: null,
  memoryBytes: null,
  powerLimitW: 700,
  requestedPowerLimitW: 700,
  defaultPowerLimitW: 700,
  minPowerLimitW: 100,
  maxPowerLimitW: 700,
  smClockMhz: null,
  memoryClockMhz: null,
  temperatureC: null,
  isPersistent: null,
  isPartitioned: null,
}

const clock = virtualClock()

/** A board whose limit is noted each time it changes. */
function limitedBoard(log: string[], refuses = false): EnergyMeter {
  return {
    ...fakeMeter(() => ({})),
    devices: () => [board],
    limitDevices({ powerLimitW, clockMhz }): LimitedDevices {
      if (refuses) return { status: 'refused', cause: 'gpu0: Insufficient Permissions', left: [] }
      log.push(`${powerLimitW} W ${clockMhz} MHz`)
      let isUndone = false
      return {
        status: 'limited',
        restore() {
          if (!isUndone) log.push('back')
          isUndone = true
          return []
        },
      }
    },
  }
}

async function runLimited(t: TestContext, meter: EnergyMeter, jobs = 'mmm') {
  const plan = await planOf([
    { gpu: { power_limit_watts: 300 } },
    { gpu: { power_limit_watts: 400, lock_clocks_mhz: 1410 } },
    {},
  ])
  const devices = { names: [], meters: [meter], async [Symbol.asyncDispose]() {} }
  const env = { LLEM_LOCK_DIR: join(temporary(t), 'locks') }
  return watchScript((world) => runStudy(plan, { ...world, resultsDir: temporary(t) }), {
    jobs,
    deps: { env, cacheDir: temporary(t), openDevices: async () => devices },
  })
}

test('while a limit is set, a file says what has to be put back', async (t) => {
  const cacheDir = temporary(t)
  const gpu = { power_limit_watts: 300 }
  const left = { source: boardDomain.source, uuid: 'GPU-1', powerLimitW: { set: 300, before: 700 } }
  const written = async () => (await readAllLimits(cacheDir)).notes.map(({ file }) => file.device)
  const meter = limitedBoard([])
  const { restore } = await limitDevices(gpu, { meters: [meter], cacheDir, clock })
  assert.deepEqual(await written(), [{ ...left, clockMhz: null }])
  await restore()
  assert.deepEqual(await written(), [])
})

test('what could not be put back stays in the file, also when it is tried a second time', async (t) => {
  const cacheDir = temporary(t)
  const limited: LimitedDevices = { status: 'limited', restore: () => ['gpu0: lost'] }
  const meter = { ...limitedBoard([]), limitDevices: () => limited }
  const { restore } = await limitDevices(
    { lock_clocks_mhz: 1410 },
    { meters: [meter], cacheDir, clock },
  )
  assert.deepEqual(await restore(), ['gpu0: lost'])
  await restore()
  assert.equal((await readAllLimits(cacheDir)).notes.length, 1)
})

test('what an earlier run could not put back stays noted while the next ones limit the same board', async (t) => {
  const cacheDir = temporary(t)
  let limitW = 700
  let isStuck = true
  const meter: EnergyMeter = {
    ...limitedBoard([]),
    devices: () => [{ ...board, requestedPowerLimitW: limitW }],
    limitDevices({ powerLimitW }) {
      const before = limitW
      limitW = powerLimitW ?? limitW
      const restore = (): string[] => {
        if (isStuck) return ['gpu0: lost']
        limitW = before
        return []
      }
      return { status: 'limited', restore }
    },
  }
  const limit = (watts: number) =>
    limitDevices({ power_limit_watts: watts }, { meters: [meter], cacheDir, clock })
  const noted = async () =>
    (await readAllLimits(cacheDir)).notes.map(({ file }) => file.device.powerLimitW)
  await (await limit(300)).restore()
  isStuck = false
  const second = await limit(250)
  await second.restore()
  assert.deepEqual(await noted(), [{ set: 300, before: 700 }])
  await limit(200)
  await second.restore()
  assert.equal((await noted()).length, 2)
})

test('what a refusal leaves changed is in its message, and noted', async (t) => {
  const cacheDir = temporary(t)
  const halfway: LimitedDevices = { status: 'refused', cause: 'gpu1: no', left: ['gpu0: lost'] }
  const meters = [{ ...limitedBoard([]), limitDevices: () => halfway }]
  await assert.rejects(
    limitDevices({ power_limit_watts: 300 }, { meters, cacheDir, clock }),
    /gpu1: no; not put back: gpu0: lost/,
  )
  assert.equal((await readAllLimits(cacheDir)).notes.length, 1)
})

test('a study whose limits can be set and not put back does not begin', async (t) => {
  const limited: LimitedDevices = { status: 'limited', restore: () => ['gpu0: lost'] }
  const meter = { ...limitedBoard([]), limitDevices: () => limited }
  await assert.rejects(runLimited(t, meter), /not put back: gpu0: lost/)
})

test('where one of several sources refuses, nothing is set and nothing is noted', async (t) => {
  const cacheDir = temporary(t)
  const log: string[] = []
  const meters = [limitedBoard(log), limitedBoard([], true)]
  await assert.rejects(
    limitDevices({ power_limit_watts: 300 }, { meters, cacheDir, clock }),
    /Insufficient/,
  )
  assert.deepEqual([log, (await readAllLimits(cacheDir)).notes], [['300 W null MHz', 'back'], []])
})

const tried = ['300 W null MHz', 'back', '400 W 1410 MHz', 'back']

test('each limit is tried before the first run, set for its run and put back after it', async (t) => {
  const log: string[] = []
  await runLimited(t, limitedBoard(log))
  assert.deepEqual(log, [...tried, ...tried])
})

test('a worker that dies leaves no limit behind', async (t) => {
  const log: string[] = []
  await runLimited(t, limitedBoard(log), 'fff')
  assert.deepEqual(log, [...tried, ...tried])
})

test('what cannot be set ends the study before its first run', async (t) => {
  const refused = (thrown: unknown): boolean =>
    thrown instanceof AppError &&
    thrown.code === 'GPU_LIMITS_REFUSED' &&
    /Insufficient Permissions/.test(thrown.message)
  await assert.rejects(runLimited(t, limitedBoard([], true)), refused)
})

test('without a board that can be limited the study does not begin', async (t) => {
  await assert.rejects(
    runLimited(
      t,
      fakeMeter(() => ({})),
    ),
    /no energy source of this study has boards/,
  )
})

test('the right that it needs is said with the plan', async () => {
  const plan = await planOf([{ gpu: { power_limit_watts: 300 } }])
  assert.deepEqual(
    planWarnings(plan).map(({ code }) => code),
    ['GPU_LIMITS_NEED_ROOT'],
  )
  assert.deepEqual(planWarnings(await planOf([{}])), [])
})
