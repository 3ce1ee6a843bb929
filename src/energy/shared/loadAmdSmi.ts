/** AMD's energy accumulator through FFI: by the library of amd-smi, else by that of rocm-smi. */

import { microjoulesToJ } from '../../core/units.ts'
import { loadLibrary, type NativeLibrary } from './loadLibrary.ts'
import { formatPciAddress } from './pciAddress.ts'

export interface AmdSmi {
  /** Which library and call, for the record. */
  call: string
  /** Joules of the device at this PCI address (`0000:c1:00.0`) since boot; null when it has no accumulator. */
  energyJ(busId: string): number | null
  close(): void
}

/** Null when neither library is there or can be started. Its calls must not overlap (before ROCm 7.2): keep to one thread. */
export async function loadAmdSmi(root: string): Promise<AmdSmi | null> {
  for (const { names, open } of libraries) {
    for (const name of names) {
      const library = await loadLibrary({ root, name, folders })
      const opened = library === null || typeof library === 'string' ? null : open(library)
      if (opened !== null) return opened
    }
  }
  return null
}

const libraries = [
  { names: ['libamd_smi.so', 'libamd_smi.so.26', 'libamd_smi.so.25'], open: openAmdSmi },
  { names: ['librocm_smi64.so', 'librocm_smi64.so.7', 'librocm_smi64.so.1'], open: openRocmSmi },
]
const folders = ['opt/rocm/lib', 'opt/rocm/lib64', 'usr/lib/x86_64-linux-gnu', 'usr/lib64']

/** AMDSMI_INIT_AMD_GPUS */
const gpusOnly = 2

function openAmdSmi(library: NativeLibrary): AmdSmi | null {
  const init = library.bind(['amdsmi_init'], ['uint64_t'])
  const shutDown = library.bind(['amdsmi_shut_down'], [])
  const sockets = library.bind(['amdsmi_get_socket_handles'], ['void *', 'void *'])
  const processors = library.bind(['amdsmi_get_processor_handles'], ['void *', 'void *', 'void *'])
  const bdf = library.bind(['amdsmi_get_gpu_bdf_id'], ['void *', 'void *'])
  const energy = library.bind(['amdsmi_get_energy_count'], ['void *', 'void *', 'void *', 'void *'])
  if (init === null || sockets === null || processors === null || bdf === null || energy === null) {
    return null
  }
  if (init(gpusOnly) !== 0) return null
  const handles = listHandles((count, out) => sockets(count, out)).flatMap((socket) =>
    listHandles((count, out) => processors(socket, count, out)),
  )
  return accumulators({
    call: 'amdsmi_get_energy_count',
    devices: handles,
    readBdf: (handle, out) => bdf(handle, out),
    readEnergy: (handle, ...out) => energy(handle, ...out),
    close: () => void shutDown?.(),
  })
}

function openRocmSmi(library: NativeLibrary): AmdSmi | null {
  const init = library.bind(['rsmi_init'], ['uint64_t'])
  const shutDown = library.bind(['rsmi_shut_down'], [])
  const count = library.bind(['rsmi_num_monitor_devices'], ['void *'])
  const bdf = library.bind(['rsmi_dev_pci_id_get'], ['uint32_t', 'void *'])
  const energy = library.bind(
    ['rsmi_dev_energy_count_get'],
    ['uint32_t', 'void *', 'void *', 'void *'],
  )
  if (init === null || count === null || bdf === null || energy === null) return null
  if (init(0) !== 0) return null
  const buffer = Buffer.alloc(4)
  const found = count(buffer) === 0 ? buffer.readUInt32LE(0) : 0
  return accumulators({
    call: 'rsmi_dev_energy_count_get',
    devices: Array.from({ length: found }, (_, i) => i),
    readBdf: (index, out) => bdf(index, out),
    readEnergy: (index, ...out) => energy(index, ...out),
    close: () => void shutDown?.(),
  })
}

/** Both libraries list handles alike: asked without room they count, asked with room they fill. */
function listHandles(list: (count: Buffer, out: Buffer | null) => unknown): bigint[] {
  const count = Buffer.alloc(4)
  if (list(count, null) !== 0) return []
  const out = Buffer.alloc(8 * Math.max(1, count.readUInt32LE(0)))
  if (list(count, out) !== 0) return []
  return Array.from({ length: count.readUInt32LE(0) }, (_, i) => out.readBigUInt64LE(8 * i))
}

interface Calls<D> {
  call: string
  devices: readonly D[]
  readBdf(device: D, out: Buffer): unknown
  readEnergy(device: D, accumulator: Buffer, resolution: Buffer, timestamp: Buffer): unknown
  close(): void
}

function accumulators<D>({ call, devices, readBdf, readEnergy, close }: Calls<D>): AmdSmi {
  const wide = Buffer.alloc(8)
  const resolution = Buffer.alloc(4)
  const timestamp = Buffer.alloc(8)
  const byAddress = new Map<string, D>()
  for (const device of devices) {
    if (readBdf(device, wide) !== 0) continue
    const address = addressOf(wide.readBigUInt64LE(0))
    // Partitions of one device share its address and its accumulator: the first stands for all.
    if (!byAddress.has(address)) byAddress.set(address, device)
  }
  return {
    call,
    energyJ(busId) {
      const device = byAddress.get(busId)
      if (device === undefined || readEnergy(device, wide, resolution, timestamp) !== 0) return null
      // The accumulator counts in steps of `resolution` microjoules (15.3 on every chip so far).
      return microjoulesToJ(Number(wide.readBigUInt64LE(0)) * resolution.readFloatLE(0))
    },
    close,
  }
}

/** Domain in the upper 32 bits, bus, device and function in the lowest 16. amdsmi.h, amdsmi_get_gpu_bdf_id */
const addressOf = (bdfId: bigint): string =>
  formatPciAddress(Number(bdfId >> 32n), Number(bdfId & 0xffffn))
