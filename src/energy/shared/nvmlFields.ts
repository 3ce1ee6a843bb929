/** Reads several of NVML's numbered fields in one call. */

import type { NativeFunction } from './loadLibrary.ts'

/** What a field is read of: the GPU with its board, the whole module (GPU and CPU on Grace Hopper), or the GPU's memory. */
export const nvmlScopes = { board: 0, module: 1, memory: 2 } as const

export interface FieldRequest {
  field: number
  /** One of `nvmlScopes`; 0 where the field has none. */
  scope?: number
}

/**
 * Field ids of nvml.h (those of CUDA 12.9.79 and 13.5.37 agree). Energies in millijoules, powers and limits in milliwatts,
 * times in nanoseconds.
 */
export const nvmlFields = {
  powerCapTime: 74,
  syncBoostTime: 76,
  totalEnergy: 83,
  /** Mean over one second; Ampere (not GA100) and newer. */
  averagePower: 185,
  instantPower: 186,
  minLimit: 187,
  maxLimit: 188,
  defaultLimit: 189,
  currentLimit: 190,
  energy: 191,
  requestedLimit: 192,
} as const

/**
 * Fields of the time under software thermal, hardware thermal and power brake slowdown. The header of CUDA 12.9 (driver 575)
 * numbers them 251 to 253, that of CUDA 13 (driver 580) 269 to 271, with other fields in the old places; older drivers have none.
 */
export function thermalTimeFields(driverVersion: string | null): [number, number, number] | null {
  const major = Number(/^\d+/.exec(driverVersion ?? '')?.[0] ?? 0)
  if (major >= 580) return [269, 270, 271]
  return major >= 575 ? [251, 252, 253] : null
}

/** The value of a field, or NVML's code for why there is none. */
export type FieldValue = { ok: true; value: number } | { ok: false; code: number }

/** Prepares a call for these fields; each call of what it returns is one call of NVML, with a value for each field. */
export function nvmlFieldReader(
  call: NativeFunction | null,
  requests: readonly FieldRequest[],
): (device: bigint) => FieldValue[] {
  const template = Buffer.alloc(requests.length * valueBytes)
  for (const [i, { field, scope = 0 }] of requests.entries()) {
    template.writeUInt32LE(field, i * valueBytes)
    template.writeUInt32LE(scope, i * valueBytes + 4)
  }
  const buffer = Buffer.alloc(template.length)
  const functionNotFound = 13
  return (device) => {
    template.copy(buffer)
    const code =
      requests.length === 0
        ? 0
        : Number(call?.(device, requests.length, buffer) ?? functionNotFound)
    return requests.map((_, i) =>
      code === 0 ? valueAt(buffer, i * valueBytes) : { ok: false, code },
    )
  }
}

/** nvmlFieldValue_t: field, scope, timestamp, latency, type of the value, return code, value. */
const valueBytes = 40

/** Drivers differ in the type in which they give a value, so the type is read too. nvmlValueType_t */
function valueAt(buffer: Buffer, offset: number): FieldValue {
  const code = buffer.readInt32LE(offset + 28)
  if (code !== 0) return { ok: false, code }
  const read = readers[buffer.readInt32LE(offset + 24)]
  const noData = 21
  return read === undefined
    ? { ok: false, code: noData }
    : { ok: true, value: read(buffer, offset + 32) }
}

const readers: readonly ((buffer: Buffer, offset: number) => number)[] = [
  (buffer, offset) => buffer.readDoubleLE(offset),
  (buffer, offset) => buffer.readUInt32LE(offset),
  (buffer, offset) => Number(buffer.readBigUInt64LE(offset)),
  (buffer, offset) => Number(buffer.readBigUInt64LE(offset)),
  (buffer, offset) => Number(buffer.readBigInt64LE(offset)),
  (buffer, offset) => buffer.readInt32LE(offset),
  (buffer, offset) => buffer.readUInt16LE(offset),
]
