/** The NVIDIA boards that the driver lets us talk to. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Warning, warn } from '../../core/warnings.ts'
import type { BoardIdentity } from './findVisibleGpus.ts'
import { type NvmlHandle, type NvmlLibrary, nvmlCodes, successOf } from './loadNvml.ts'

export interface NvmlBoard extends BoardIdentity {
  handle: NvmlHandle
  /** `Hopper`, ...; null when the driver does not say or we do not know its number. */
  architecture: string | null
  /** The CPU socket that the board is attached to; null when the system does not say. On Grace Hopper they share a module. */
  numaNode: number | null
  /** A part of a board that a hypervisor lends to this virtual machine. */
  isVirtual: boolean
}

/** Boards in the order of NVML; those that cannot be opened get a warning, those of another container nothing. */
export function findNvmlBoards(
  nvml: NvmlLibrary,
  root: string,
): { boards: NvmlBoard[]; warnings: Warning[] } {
  const count = successOf(nvml.deviceCount()) ?? 0
  const boards: NvmlBoard[] = []
  const warnings: Warning[] = []
  for (let index = 0; index < count; index++) {
    const handle = nvml.handleByIndex(index)
    const uuid = handle.ok ? nvml.uuid(handle.value) : handle
    if (handle.ok && uuid.ok) {
      boards.push(describeBoard(nvml, root, { handle: handle.value, uuid: uuid.value, index }))
    } else if (!uuid.ok && uuid.code !== nvmlCodes.noPermission) {
      warnings.push(warn('ENERGY_UNKNOWN', { domain: `NVML board ${index}`, cause: uuid.cause }))
    }
  }
  return { boards, warnings }
}

function describeBoard(
  nvml: NvmlLibrary,
  root: string,
  { handle, uuid, index }: { handle: NvmlHandle; uuid: string; index: number },
): NvmlBoard {
  const busId = successOf(nvml.busId(handle))
  return {
    handle,
    uuid,
    name: successOf(nvml.name(handle)) ?? 'unnamed board',
    // Without an address the order is NVML's own, which follows the bus on one boot.
    busId: busId ?? `~${String(index).padStart(4, '0')}`,
    architecture: architectures.get(successOf(nvml.architecture(handle)) ?? -1) ?? null,
    numaNode: busId === null ? null : numaNodeOf(root, busId),
    isVirtual: successOf(nvml.virtualization(handle)) === insideVirtualMachine,
  }
}

/** NVML_DEVICE_ARCH_* of nvml.h. */
const architectures = new Map([
  [2, 'Kepler'],
  [3, 'Maxwell'],
  [4, 'Pascal'],
  [5, 'Volta'],
  [6, 'Turing'],
  [7, 'Ampere'],
  [8, 'Ada'],
  [9, 'Hopper'],
  [10, 'Blackwell'],
  [13, 'Rubin'],
])
/** NVML_GPU_VIRTUALIZATION_MODE_VGPU */
const insideVirtualMachine = 2

/** NVML writes the domain with eight digits, the system with four. */
function numaNodeOf(root: string, busId: string): number | null {
  const address = busId.replace(/^0000(?=[0-9a-f]{4}:)/, '')
  try {
    const text = readFileSync(join(root, 'sys/bus/pci/devices', address, 'numa_node'), 'utf8')
    const node = Number(text.trim())
    return Number.isInteger(node) && node >= 0 ? node : null
  } catch {
    // No such file: the kernel does not tell.
    return null
  }
}
