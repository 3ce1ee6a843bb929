/** What would disturb a run that begins now: programs on its devices, memory left behind, a busy host. */

import { hostBusyMs } from '../core/hostBusy.ts'
import { mebibytesToBytes } from '../core/units.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { EnergyMeter } from '../energy/energySource.ts'
import { isAmong } from './isAmong.ts'
import type { SessionDeps } from './runSession.ts'

export interface RunPlace {
  /** UUIDs of the devices of the run; null when it has the machine to itself. */
  gpus: readonly string[] | null
  /** Whether other runs of the study are going on. */
  isBeside: boolean
}

/** Nothing of ours is on the devices between two runs, so whatever is found is somebody else's. */
export async function checkMachine(
  { gpus, isBeside }: RunPlace,
  deps: SessionDeps,
): Promise<Warning[]> {
  const { devices, meters } = deps.machine
  const isCpuMeasured = devices.some((name) => name.startsWith('cpu-'))
  // Beside other runs the host is as busy as they make it, which the result says.
  const host = isCpuMeasured && !isBeside ? await hostWarnings(deps) : []
  return [...meters.flatMap((meter) => deviceWarnings(meter, gpus)), ...host]
}

/** The driver and a display take some hundred mebibytes on a large board without any program. */
const leftoverBytes = mebibytesToBytes(1024)

function deviceWarnings(meter: EnergyMeter, gpus: RunPlace['gpus']): Warning[] {
  const isOurs = isAmong(gpus, meter)
  const users = (meter.processes?.() ?? []).filter(isOurs).flatMap(({ id, processes }) => {
    const others = (processes ?? []).filter(({ pid }) => pid !== process.pid)
    if (others.length === 0) return []
    const pids = others.map(({ pid }) => pid).join(', ')
    return [warn('GPU_IN_USE', { domain: id, processes: others.length, pids })]
  })
  const leftovers = (meter.state?.() ?? [])
    .filter(isOurs)
    .flatMap(({ id, memoryUsedBytes }) =>
      memoryUsedBytes === null || memoryUsedBytes < leftoverBytes
        ? []
        : [warn('GPU_MEMORY_IN_USE', { domain: id, usedBytes: memoryUsedBytes })],
    )
  return [...users, ...leftovers]
}

/** Long enough for the kernel's ticks of 10 ms, short beside any measurement. */
const lookMs = 250
/** As for the warning about the window itself. */
const busyCores = 0.25

async function hostWarnings({ clock, stop }: SessionDeps): Promise<Warning[]> {
  const before = hostBusyMs()
  const ownBefore = process.cpuUsage()
  const startMs = clock.nowMs()
  // Ended early, the look is only shorter.
  await clock.sleep(lookMs, stop.signal).catch(() => {})
  const after = hostBusyMs()
  const elapsedMs = clock.nowMs() - startMs
  if (before === null || after === null || elapsedMs < lookMs) return []
  const own = process.cpuUsage(ownBefore)
  const otherCores = (after - before - (own.user + own.system) / 1000) / elapsedMs
  return otherCores > busyCores ? [warn('HOST_BUSY_BEFORE', { otherCores })] : []
}
