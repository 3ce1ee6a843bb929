/** The programs on an NVIDIA board: NVML's lists of compute and of graphics programs, whose rows grew between drivers. */

import type { DeviceProcess } from '../energySource.ts'
import type { NativeFunction, NativeLibrary } from './loadLibrary.ts'

type Listed = { ok: true; value: DeviceProcess[] } | { ok: false; code: number }

/** Binds the newest lists that the library has. A program that is on both lists is told of once. */
export function processReader(library: NativeLibrary): (device: bigint) => Listed {
  const lists = ['Compute', 'Graphics'].map((kind) => bindList(library, kind))
  return (device) => {
    const found = lists.map((list) => (list === null ? functionNotFound : readList(list, device)))
    const rows = found.flatMap((one) => (one.ok ? one.value : []))
    const [first] = found
    if (first !== undefined && found.every(({ ok }) => !ok)) return first
    return { ok: true, value: [...new Map(rows.map((row) => [row.pid, row])).values()] }
  }
}

interface List {
  call: NativeFunction
  rowBytes: number
}

/** nvmlProcessInfo_t: pid and memory; since driver 450 the MIG instance too. */
function bindList(library: NativeLibrary, kind: string): List | null {
  const name = `nvmlDeviceGet${kind}RunningProcesses`
  const newer = library.bind([`${name}_v3`, `${name}_v2`], argumentTypes)
  if (newer !== null) return { call: newer, rowBytes: 24 }
  const older = library.bind([name], argumentTypes)
  return older === null ? null : { call: older, rowBytes: 16 }
}

const argumentTypes = ['void *', 'void *', 'void *']
const functionNotFound: Listed = { ok: false, code: 13 }
const insufficientSize = 7
/** NVML_VALUE_NOT_AVAILABLE, as on Windows and for programs of another container. */
const notAvailable = 2n ** 64n - 1n

function readList({ call, rowBytes }: List, device: bigint): Listed {
  const count = Buffer.alloc(4)
  // More may have come by the time that there is room for those who were counted.
  for (let room = 32; ; room *= 2) {
    const rows = Buffer.alloc(room * rowBytes)
    count.writeUInt32LE(room)
    const code = Number(call(device, count, rows))
    if (code === insufficientSize && room < 4096) continue
    if (code !== 0) return { ok: false, code }
    return {
      ok: true,
      value: Array.from({ length: count.readUInt32LE(0) }, (_, i) => {
        const memory = rows.readBigUInt64LE(i * rowBytes + 8)
        return {
          pid: rows.readUInt32LE(i * rowBytes),
          memoryBytes: memory === notAvailable ? null : Number(memory),
        }
      }),
    }
  }
}
