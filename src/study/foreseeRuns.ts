/** When the runs of a study begin and end, and on which devices, if each takes as long as is foreseen. Pure. */

import type { StudySettings } from '../config/studyConfig.ts'
import { type Choice, chooseDevices, type Device, type NextRun } from './chooseDevices.ts'
import { gapBetween } from './gapBetween.ts'

export interface ForeseenRun extends NextRun {
  durationMs: number
}

export interface PlacedRun extends Choice {
  startMs: number
  endMs: number
}

/** In the order of `runs`, from 0 on. */
export function* foreseeRuns(
  runs: Iterable<ForeseenRun>,
  deviceCount: number,
  execution: StudySettings['execution'],
): Generator<PlacedRun> {
  const devices = Array.from(
    { length: deviceCount },
    (_, index): Device => ({ id: `${index}`, isBusy: false, last: null }),
  )
  let running: (PlacedRun & { run: ForeseenRun })[] = []
  let nowMs = 0
  const endFirst = (): void => {
    const endMs = Math.min(...running.map((one) => one.endMs))
    for (const { run, devices: taken } of running.filter((one) => one.endMs === endMs)) {
      for (const device of devices.filter(({ id }) => taken.includes(id))) {
        device.isBusy = false
        device.last = { cycle: run.cycle, endedMs: endMs }
      }
    }
    running = running.filter((one) => one.endMs > endMs)
    nowMs = Math.max(nowMs, endMs)
  }
  for (const run of runs) {
    const choose = () =>
      chooseDevices(run, { devices, running: running.map((one) => one.run) }, execution)
    let choice = choose()
    for (; choice === null; choice = choose()) endFirst()
    const { after } = choice
    const restedMs =
      after === null ? 0 : after.endedMs + gapBetween(after, run, execution).durationMs
    const startMs = Math.max(nowMs, restedMs)
    nowMs = startMs
    for (const device of devices) if (choice.devices.includes(device.id)) device.isBusy = true
    const placed = { ...choice, startMs, endMs: startMs + run.durationMs }
    running.push({ ...placed, run })
    yield placed
  }
}
