/** NVIDIA's management library through FFI: the calls we need, each of which an old driver may lack. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { millijoulesToJ, milliwattsToW } from '../../core/units.ts'

/** A device handle: the pointer that NVML gave. */
export type NvmlHandle = bigint

/** What came back, or NVML's words for why nothing did. */
export type NvmlResult<T> = { ok: true; value: T } | NvmlFailure
interface NvmlFailure {
  ok: false
  code: number
  cause: string
}

/** Null for what could not be read: the sampler goes on, the accounting reports it. */
export const successOf = <T>(result: NvmlResult<T>): T | null => (result.ok ? result.value : null)

export interface NvmlLibrary {
  init(): NvmlResult<null>
  shutdown(): void
  deviceCount(): NvmlResult<number>
  handleByIndex(index: number): NvmlResult<NvmlHandle>
  handleByUuid(uuid: string): NvmlResult<NvmlHandle>
  /** The board that holds a MIG instance. */
  parentOf(mig: NvmlHandle): NvmlResult<NvmlHandle>
  uuid(device: NvmlHandle): NvmlResult<string>
  name(device: NvmlHandle): NvmlResult<string>
  /** `00000000:41:00.0`: domain, bus, device and function in hex. */
  busId(device: NvmlHandle): NvmlResult<string>
  /** Since the driver was loaded, in joules. */
  energyJ(device: NvmlHandle): NvmlResult<number>
  /** Field 186: power without averaging by the driver. */
  instantPowerW(device: NvmlHandle): NvmlResult<number>
  /** A mean over 1 s on Ampere (without GA100) and newer, instant on older ones. nvml.h */
  usagePowerW(device: NvmlHandle): NvmlResult<number>
  powerLimitW(device: NvmlHandle): NvmlResult<number>
  clockMhz(device: NvmlHandle, clock: 'sm' | 'memory'): NvmlResult<number>
  temperatureC(device: NvmlHandle): NvmlResult<number>
  memoryBytes(device: NvmlHandle): NvmlResult<number>
  isPersistent(device: NvmlHandle): NvmlResult<boolean>
  driverVersion(): NvmlResult<string>
}

export const nvmlCodes = {
  notSupported: 3,
  noPermission: 4,
  driverNotLoaded: 9,
  functionNotFound: 13,
  versionMismatch: 18,
} as const

/** Loads the library below `root`; a string says why it could not be. */
export async function loadNvml(root: string): Promise<NvmlLibrary | string> {
  const { default: koffi } = await import('koffi')
  const paths = libraryPaths.map((path) => join(root, path)).filter((path) => existsSync(path))
  // On the real system the dynamic linker knows best; elsewhere it must not look.
  const candidates = root === '/' ? [libraryName, ...paths] : paths
  let cause = `${libraryName} was not found: there is no NVIDIA driver here`
  for (const path of candidates) {
    try {
      return bind(koffi.load(path))
    } catch (thrown) {
      // The bare name fails wherever there is no driver; a file that is there and fails has more to tell.
      if (path !== libraryName) cause = messageOf(thrown)
    }
  }
  return cause
}

const libraryName = 'libnvidia-ml.so.1'
/** Where distributions, containers and WSL put it, for systems whose linker cache misses it. */
const libraryPaths = [
  'usr/lib/x86_64-linux-gnu',
  'usr/lib/aarch64-linux-gnu',
  'usr/lib64',
  'usr/lib',
  'usr/lib/wsl/lib',
].map((folder) => join(folder, libraryName))

/** Names of each function, the newest first, and the C types of its arguments. */
const functions = {
  init: [['nvmlInit_v2', 'nvmlInit'], []],
  shutdown: [['nvmlShutdown'], []],
  deviceCount: [['nvmlDeviceGetCount_v2', 'nvmlDeviceGetCount'], ['void *']],
  handleByIndex: [
    ['nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetHandleByIndex'],
    ['uint', 'void *'],
  ],
  handleByUuid: [['nvmlDeviceGetHandleByUUID'], ['str', 'void *']],
  parent: [['nvmlDeviceGetDeviceHandleFromMigDeviceHandle'], ['void *', 'void *']],
  uuid: [['nvmlDeviceGetUUID'], ['void *', 'void *', 'uint']],
  name: [['nvmlDeviceGetName'], ['void *', 'void *', 'uint']],
  pciInfo: [
    ['nvmlDeviceGetPciInfo_v3', 'nvmlDeviceGetPciInfo_v2'],
    ['void *', 'void *'],
  ],
  energy: [['nvmlDeviceGetTotalEnergyConsumption'], ['void *', 'void *']],
  fieldValues: [['nvmlDeviceGetFieldValues'], ['void *', 'int', 'void *']],
  powerUsage: [['nvmlDeviceGetPowerUsage'], ['void *', 'void *']],
  powerLimit: [
    ['nvmlDeviceGetEnforcedPowerLimit', 'nvmlDeviceGetPowerManagementLimit'],
    ['void *', 'void *'],
  ],
  clock: [['nvmlDeviceGetClockInfo'], ['void *', 'int', 'void *']],
  temperature: [['nvmlDeviceGetTemperature'], ['void *', 'int', 'void *']],
  memory: [['nvmlDeviceGetMemoryInfo'], ['void *', 'void *']],
  persistence: [['nvmlDeviceGetPersistenceMode'], ['void *', 'void *']],
  driverVersion: [['nvmlSystemGetDriverVersion'], ['void *', 'uint']],
} as const
type FunctionKey = keyof typeof functions

interface Library {
  func(name: string, result: string, args: string[]): (...args: unknown[]) => unknown
}

function bind(library: Library): NvmlLibrary {
  const calls = new Map(
    Object.entries(functions).map(([key, [names, args]]) => [key, bindFirst(library, names, args)]),
  )
  const errorString = bindFirst(library, ['nvmlErrorString'], ['int'], 'str')
  // One buffer for every answer: calls are synchronous, and each is read before the next.
  const buffer = Buffer.alloc(128)
  const fail = (code: number): NvmlFailure => ({
    ok: false,
    code,
    cause: String(errorString?.(code) ?? `NVML error ${code}`),
  })
  const get = <T>(
    key: FunctionKey,
    read: (buffer: Buffer) => T,
    ...args: readonly unknown[]
  ): NvmlResult<T> => {
    const code = Number(calls.get(key)?.(...args) ?? nvmlCodes.functionNotFound)
    return code === 0 ? { ok: true, value: read(buffer) } : fail(code)
  }
  return {
    init: () => get('init', () => null),
    shutdown: () => void get('shutdown', () => null),
    deviceCount: () => get('deviceCount', readUint, buffer),
    handleByIndex: (index) => get('handleByIndex', readUint64, index, buffer),
    handleByUuid: (uuid) => get('handleByUuid', readUint64, uuid, buffer),
    parentOf: (mig) => get('parent', readUint64, mig, buffer),
    uuid: (device) => get('uuid', readText, device, buffer, 96),
    name: (device) => get('name', readText, device, buffer, 96),
    busId: (device) => get('pciInfo', readBusId, device, buffer),
    energyJ: (device) => get('energy', readMillijoules, device, buffer),
    instantPowerW(device) {
      buffer.fill(0).writeUInt32LE(instantPowerField)
      const got = get('fieldValues', readField, device, 1, buffer)
      if (!got.ok) return got
      const { code, value } = got.value
      return code === 0 ? { ok: true, value: milliwattsToW(value) } : fail(code)
    },
    usagePowerW: (device) => get('powerUsage', readMilliwatts, device, buffer),
    powerLimitW: (device) => get('powerLimit', readMilliwatts, device, buffer),
    clockMhz: (device, clock) => get('clock', readUint, device, clockIds[clock], buffer),
    temperatureC: (device) => get('temperature', readUint, device, gpuSensor, buffer),
    memoryBytes: (device) => get('memory', (b) => Number(readUint64(b)), device, buffer),
    isPersistent: (device) => get('persistence', (b) => readUint(b) === 1, device, buffer),
    driverVersion: () => get('driverVersion', readText, buffer, 80),
  }
}

/** The first of these functions that the library has; null when it has none. */
function bindFirst(
  library: Library,
  names: readonly string[],
  args: readonly string[],
  result = 'int',
): ((...args: readonly unknown[]) => unknown) | null {
  for (const name of names) {
    try {
      return library.func(name, result, [...args])
    } catch {
      // An older driver without this function: the next name, or none.
    }
  }
  return null
}

// Layouts and constants of nvml.h. Every platform that NVIDIA has a driver for is little-endian.
const clockIds = { sm: 1, memory: 2 } as const
const gpuSensor = 0
const instantPowerField = 186

const readUint = (buffer: Buffer): number => buffer.readUInt32LE(0)
const readUint64 = (buffer: Buffer): bigint => buffer.readBigUInt64LE(0)
const readMilliwatts = (buffer: Buffer): number => milliwattsToW(readUint(buffer))
const readMillijoules = (buffer: Buffer): number => millijoulesToJ(Number(readUint64(buffer)))

function readText(buffer: Buffer): string {
  const end = buffer.indexOf(0)
  return buffer.toString('utf8', 0, end === -1 ? buffer.length : end)
}

/** nvmlFieldValue_t: its own return code, and the value, an unsigned int for power. */
function readField(buffer: Buffer): { code: number; value: number } {
  return { code: buffer.readInt32LE(28), value: buffer.readUInt32LE(32) }
}

/** nvmlPciInfo_t, in every version: busIdLegacy[16], then domain, bus and device. Function 0 is the one with the GPU. */
function readBusId(buffer: Buffer): string {
  const [domain = '', bus = '', device = ''] = [
    [16, 8],
    [20, 2],
    [24, 2],
  ].map(([offset, width]) =>
    buffer
      .readUInt32LE(offset)
      .toString(16)
      .padStart(width ?? 0, '0'),
  )
  return `${domain}:${bus}:${device}.0`
}
