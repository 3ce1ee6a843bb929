/** Starts NVML and finds, for each board that a CUDA program sees, which of its readings work. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Warning, warn } from '../../core/warnings.ts'
import type { EnergyContext } from '../energySource.ts'
import { type BoardIdentity, findVisibleGpus, type VisibleGpu } from './findVisibleGpus.ts'
import { loadNvml, type NvmlHandle, type NvmlLibrary, nvmlCodes, successOf } from './loadNvml.ts'

interface Board extends BoardIdentity {
  handle: NvmlHandle
}

export interface NvmlSensor {
  id: string
  gpu: VisibleGpu<Board>
  method: 'counter' | 'power'
  /** Which call gives watts; null when none does. */
  power: 'instantPowerW' | 'usagePowerW' | null
}

export type OpenedNvml =
  | { ok: true; nvml: NvmlLibrary; sensors: NvmlSensor[]; warnings: Warning[] }
  | { ok: false; reason: string; fix: string | null }

/** Loads and starts the library and finds the boards; what is not `ok` has been shut down again. */
export async function openNvmlSensors({ root, env }: EnergyContext): Promise<OpenedNvml> {
  const nvml = await loadNvml(root)
  if (typeof nvml === 'string') return { ok: false, reason: nvml, fix: missingLibraryFix(root) }
  const started = nvml.init()
  if (!started.ok) return { ok: false, reason: started.cause, fix: fixes.get(started.code) ?? null }
  const refuse = (reason: string, fix: string | null): OpenedNvml => {
    nvml.shutdown()
    return { ok: false, reason, fix }
  }
  const { boards, warnings: lost } = findBoards(nvml)
  if (boards.length === 0) return refuse(lost[0]?.message ?? 'the driver sees no board', null)
  const visible = findVisibleGpus({ boards, env, migParent: (uuid) => findMigParent(nvml, uuid) })
  if (visible.gpus.length === 0) {
    const written = env['CUDA_VISIBLE_DEVICES']
    const reason = `CUDA_VISIBLE_DEVICES="${written}" leaves none of ${boards.length} boards visible`
    return refuse(reason, 'unset CUDA_VISIBLE_DEVICES')
  }
  const sensors = visible.gpus.map((gpu, i) => sensorOf(nvml, `gpu${i}`, gpu))
  const isReadable = sensors.some(({ method, power }) => method === 'counter' || power !== null)
  if (!isReadable) return refuse('no board reports energy or power', null)
  const warnings = [...lost, ...visible.warnings, ...sensors.flatMap(sensorWarnings)]
  return { ok: true, nvml, sensors, warnings }
}

const fixes = new Map<number, string>([
  [nvmlCodes.driverNotLoaded, 'sudo modprobe nvidia'],
  [nvmlCodes.versionMismatch, 'sudo reboot'],
])

/** The driver is loaded but its library is not here: a container started without it. */
function missingLibraryFix(root: string): string | null {
  if (!existsSync(join(root, 'proc/driver/nvidia'))) return null
  return 'Start the container with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility'
}

/** The boards we may talk to; the others (another container's, lost from the bus) get a warning or nothing. */
function findBoards(nvml: NvmlLibrary): { boards: Board[]; warnings: Warning[] } {
  const count = successOf(nvml.deviceCount()) ?? 0
  const boards: Board[] = []
  const warnings: Warning[] = []
  for (let index = 0; index < count; index++) {
    const handle = nvml.handleByIndex(index)
    const uuid = handle.ok ? nvml.uuid(handle.value) : handle
    if (handle.ok && uuid.ok) {
      const name = successOf(nvml.name(handle.value)) ?? 'unnamed board'
      // Without an address the order is NVML's own, which follows the bus on one boot.
      const busId = successOf(nvml.busId(handle.value)) ?? `~${String(index).padStart(4, '0')}`
      boards.push({ handle: handle.value, uuid: uuid.value, name, busId })
    } else if (!uuid.ok && uuid.code !== nvmlCodes.noPermission) {
      warnings.push(warn('ENERGY_UNKNOWN', { domain: `NVML board ${index}`, cause: uuid.cause }))
    }
  }
  return { boards, warnings }
}

function findMigParent(nvml: NvmlLibrary, migUuid: string): string | null {
  const mig = nvml.handleByUuid(migUuid)
  const parent = mig.ok ? nvml.parentOf(mig.value) : mig
  return parent.ok ? successOf(nvml.uuid(parent.value)) : null
}

/** A board without the counter has power alone; one whose counter fails for another reason keeps it, to read null. */
function sensorOf(nvml: NvmlLibrary, id: string, gpu: VisibleGpu<Board>): NvmlSensor {
  if (gpu.board === null) return { id, gpu, method: 'counter', power: null }
  const { handle } = gpu.board
  const energy = nvml.energyJ(handle)
  const isMissing =
    !energy.ok &&
    (energy.code === nvmlCodes.notSupported || energy.code === nvmlCodes.functionNotFound)
  const power = nvml.instantPowerW(handle).ok
    ? 'instantPowerW'
    : nvml.usagePowerW(handle).ok
      ? 'usagePowerW'
      : null
  return { id, gpu, method: isMissing ? 'power' : 'counter', power }
}

function sensorWarnings({ id, gpu, method, power }: NvmlSensor): Warning[] {
  const { board, migUuid } = gpu
  if (board === null) {
    const cause = `the driver does not tell which board holds ${migUuid}`
    return [warn('ENERGY_UNKNOWN', { domain: id, cause })]
  }
  const isBlind = method === 'power' && power === null
  return [
    ...(migUuid === null ? [] : [warn('GPU_SHARED_BY_MIG', { domain: id, migUuid })]),
    ...(isBlind
      ? [warn('ENERGY_UNKNOWN', { domain: id, cause: `${board.name} reports neither` })]
      : []),
  ]
}
