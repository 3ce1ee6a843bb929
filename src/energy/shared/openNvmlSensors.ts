/** Starts NVML and finds, for each board that a CUDA program sees, which of its readings work. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Warning, warn } from '../../core/warnings.ts'
import type { EnergyContext } from '../energySource.ts'
import { findNvmlBoards, type NvmlBoard } from './findNvmlBoards.ts'
import { findVisibleGpus, type VisibleGpu } from './findVisibleGpus.ts'
import { loadNvml, type NvmlLibrary, nvmlCodes, successOf } from './loadNvml.ts'
import { findNvmlSensors, mergeModules, type NvmlSensor } from './nvmlSensors.ts'

/** A visible GPU under its id, `gpu0`, ... */
interface NvmlGpu {
  id: string
  gpu: VisibleGpu<NvmlBoard>
}

export type OpenedNvml =
  | { ok: true; nvml: NvmlLibrary; gpus: NvmlGpu[]; sensors: NvmlSensor[]; warnings: Warning[] }
  /** `isLoaded` tells a library that is not there from one that refuses. */
  | { ok: false; isLoaded: boolean; reason: string; fix: string | null }

/** Loads and starts the library and finds the boards; what is not `ok` has been shut down again. */
export async function openNvmlSensors({ root, env }: EnergyContext): Promise<OpenedNvml> {
  const nvml = await loadNvml(root)
  if (typeof nvml === 'string') {
    return { ok: false, isLoaded: false, reason: nvml, fix: missingLibraryFix(root) }
  }
  const started = nvml.init()
  if (!started.ok) {
    const { cause: reason, code } = started
    return { ok: false, isLoaded: true, reason, fix: fixes.get(code) ?? null }
  }
  const refuse = (reason: string, fix: string | null): OpenedNvml => {
    nvml.shutdown()
    return { ok: false, isLoaded: true, reason, fix }
  }
  const { boards, warnings: lost } = findNvmlBoards(nvml, root)
  if (boards.length === 0) return refuse(lost[0]?.message ?? 'the driver sees no board', null)
  const visible = findVisibleGpus({ boards, env, migParent: (uuid) => findMigParent(nvml, uuid) })
  if (visible.gpus.length === 0) {
    const written = env['CUDA_VISIBLE_DEVICES']
    const reason = `CUDA_VISIBLE_DEVICES="${written}" leaves none of ${boards.length} boards visible`
    return refuse(reason, 'unset CUDA_VISIBLE_DEVICES')
  }
  const gpus = visible.gpus.map((gpu, i) => ({ id: `gpu${i}`, gpu }))
  const sensors = mergeModules(
    gpus.flatMap((one) => sensorsOf(nvml, one)),
    boards,
  )
  if (sensors.every((sensor) => sensor.energy === null && sensor.power === null)) {
    const causes = sensors.map(({ id, cause }) => `${id}: ${cause}`).join('; ')
    return refuse(`no board reports energy or power (${causes})`, null)
  }
  const warnings = [...lost, ...visible.warnings, ...sensors.flatMap(sensorWarnings)]
  return { ok: true, nvml, gpus, sensors, warnings }
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

function findMigParent(nvml: NvmlLibrary, migUuid: string): string | null {
  const mig = nvml.handleByUuid(migUuid)
  const parent = mig.ok ? nvml.parentOf(mig.value) : mig
  return parent.ok ? successOf(nvml.uuid(parent.value)) : null
}

function sensorsOf(nvml: NvmlLibrary, { id, gpu }: NvmlGpu): NvmlSensor[] {
  const { board, migUuid } = gpu
  if (board !== null) return findNvmlSensors({ nvml, id, gpu, board })
  return [
    {
      id,
      gpu,
      scope: 'board',
      method: 'counter',
      energy: null,
      power: null,
      contains: [],
      deviceId: migUuid ?? id,
      cause: `the driver does not tell which board holds ${migUuid}`,
    },
  ]
}

function sensorWarnings({ id, gpu, scope, energy, power, cause }: NvmlSensor): Warning[] {
  const { board, migUuid } = gpu
  if (energy === null && power === null) {
    const isVirtual = board?.isVirtual === true
    const why = isVirtual ? `it is a virtual GPU, whose host keeps the sensor (${cause})` : cause
    return [warn('ENERGY_UNKNOWN', { domain: id, cause: why ?? 'it reports neither' })]
  }
  return [
    ...(board !== null && migUuid !== null && scope === 'board'
      ? [warn('GPU_SHARED_BY_MIG', { domain: id, migUuid })]
      : []),
    ...(cause === null ? [] : [warn('GPU_MODULE_ONLY', { domain: id, cause })]),
  ]
}
