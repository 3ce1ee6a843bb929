/** Makes the devices of a study its own until it ends: finds them, locks them, and keeps an eye on them. */

import type { ExperimentParser } from '../config/experimentParser.ts'
import type { StudyEvent } from '../core/events.ts'
import type { FileLock } from '../core/fileLock.ts'
import { isRunning } from '../core/processTable.ts'
import { warn } from '../core/warnings.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import type { StudyPlan } from '../store/planFile.ts'
import { describeHolder, devicesInUse, lockDevices, lockDirectory } from './lockDevices.ts'
import { openDevices } from './openDevices.ts'
import type { StudyDeps } from './runStudy.ts'

export interface Machine extends AsyncDisposable {
  /** Names of what is measured. */
  devices: readonly string[]
  meters: readonly EnergyMeter[]
  locks: readonly FileLock[]
}

/** A worker whose host was killed is gone within 5 s (`watchParent`); killing its tree may take as long again. */
const orphanMs = 20_000
const orphanLookMs = 100
const waitLookMs = 1000

/** Throws `DEVICES_IN_USE` when another study measures one of them, unless it is to be waited for. */
export async function* claimMachine(
  plan: StudyPlan,
  deps: StudyDeps & { parser: ExperimentParser },
): AsyncGenerator<StudyEvent, Machine> {
  const { clock, env, parser } = deps
  const open = deps.openDevices ?? openDevices
  const devices = await open({ plan, parser, ctx: { clock, env, root: '/' } })
  try {
    const locks = yield* takeLocks(devices.names, plan, deps)
    return {
      devices: devices.names,
      meters: devices.meters,
      locks,
      async [Symbol.asyncDispose]() {
        for (const lock of locks) await lock[Symbol.asyncDispose]()
        await devices[Symbol.asyncDispose]()
      },
    }
  } catch (thrown) {
    await devices[Symbol.asyncDispose]()
    throw thrown
  }
}

async function* takeLocks(
  devices: readonly string[],
  { settings }: StudyPlan,
  { clock, env, signal, waitsForDevices = false }: StudyDeps,
): AsyncGenerator<StudyEvent, readonly FileLock[]> {
  const reason = 'devices_in_use'
  const startMs = clock.nowMs()
  let isWaiting = false
  for (;;) {
    const since = clock.wallDate().toISOString()
    const holder = { pid: process.pid, doing: `study "${settings.name}"`, since }
    const found = await lockDevices(devices, lockDirectory(env), holder)
    if (found.status !== 'taken') {
      if (isWaiting) yield { type: 'waited', reason }
      if (found.status === 'held') return found.locks
      const { cause } = found
      yield { type: 'studyWarned', warning: warn('LOCKS_UNAVAILABLE', { cause }) }
      return []
    }
    const isOrphan = found.holder !== null && !isRunning(found.holder.pid)
    const isBrief = isOrphan && clock.nowMs() - startMs < orphanMs
    if (!waitsForDevices && !isBrief) throw devicesInUse(found.device, found.holder)
    const who = found.holder === null ? null : describeHolder(found.holder)
    if (!isWaiting) yield { type: 'waiting', reason, untilMs: null, celsius: null, holder: who }
    isWaiting = true
    await clock.sleep(isBrief ? orphanLookMs : waitLookMs, signal)
  }
}
