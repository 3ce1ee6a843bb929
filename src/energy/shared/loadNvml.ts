/** NVIDIA's management library through FFI: the calls we need, each of which an old driver may lack. */

import { join } from 'node:path'
import { millijoulesToJ, milliwattsToW, wToMilliwatts } from '../../core/units.ts'
import type { DeviceProcess } from '../energySource.ts'
import { loadLibrary, type NativeLibrary } from './loadLibrary.ts'
import { type FieldRequest, nvmlFieldReader } from './nvmlFields.ts'
import { processReader } from './nvmlProcesses.ts'

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
  /** Number of nvml.h: 7 is Ampere. */
  architecture(device: NvmlHandle): NvmlResult<number>
  /** Whether the board is cut into MIG instances. */
  isPartitioned(device: NvmlHandle): NvmlResult<boolean>
  /** Number of nvml.h: 2 is a virtual GPU inside a virtual machine. */
  virtualization(device: NvmlHandle): NvmlResult<number>
  /** Since the driver was loaded, in joules. */
  energyJ(device: NvmlHandle): NvmlResult<number>
  /** A mean over 1 s on Ampere (without GA100) and newer, instant on older ones. nvml.h */
  usagePowerW(device: NvmlHandle): NvmlResult<number>
  /** Prepares a call for these fields, each in the unit of nvml.h; call what it returns as often as you like. */
  fieldReader(requests: readonly FieldRequest[]): (device: NvmlHandle) => NvmlResult<number>[]
  powerLimitW(device: NvmlHandle): NvmlResult<number>
  requestedPowerLimitW(device: NvmlHandle): NvmlResult<number>
  defaultPowerLimitW(device: NvmlHandle): NvmlResult<number>
  /** Needs root. */
  setPowerLimitW(device: NvmlHandle, limitW: number): NvmlResult<null>
  /** Needs root; null takes the lock off. */
  lockClockMhz(device: NvmlHandle, clockMhz: number | null): NvmlResult<null>
  clockMhz(device: NvmlHandle, clock: 'sm' | 'memory'): NvmlResult<number>
  temperatureC(device: NvmlHandle): NvmlResult<number>
  /** Percent of the last period of the driver. */
  utilization(device: NvmlHandle): NvmlResult<{ computePercent: number; memoryPercent: number }>
  memory(device: NvmlHandle): NvmlResult<{ totalBytes: number; usedBytes: number }>
  /** 0 is the fastest; 32 is unknown. */
  performanceState(device: NvmlHandle): NvmlResult<number>
  /** Bits of nvmlClocksEventReasons. */
  throttleBits(device: NvmlHandle): NvmlResult<number>
  isPersistent(device: NvmlHandle): NvmlResult<boolean>
  processes(device: NvmlHandle): NvmlResult<DeviceProcess[]>
  driverVersion(): NvmlResult<string>
  /** The newest CUDA that the driver can serve: `12.4`. */
  cudaVersion(): NvmlResult<string>
}

export const nvmlCodes = {
  notSupported: 3,
  noPermission: 4,
  insufficientSize: 7,
  driverNotLoaded: 9,
  functionNotFound: 13,
  versionMismatch: 18,
} as const

/** Loads the library below `root`; a string says why it could not be. */
export async function loadNvml(root: string): Promise<NvmlLibrary | string> {
  const library = await loadLibrary({ root, name: libraryName, folders: driverFolders })
  if (library === null) return `${libraryName} was not found: there is no NVIDIA driver here`
  return typeof library === 'string' ? library : bind(library)
}

const libraryName = 'libnvidia-ml.so.1'
/** Where distributions, containers and WSL put the libraries of the driver. */
export const driverFolders = [
  'usr/lib/x86_64-linux-gnu',
  'usr/lib/aarch64-linux-gnu',
  'usr/lib64',
  'usr/lib',
  join('usr', 'lib', 'wsl', 'lib'),
]

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
  architecture: [['nvmlDeviceGetArchitecture'], ['void *', 'void *']],
  migMode: [['nvmlDeviceGetMigMode'], ['void *', 'void *', 'void *']],
  virtualization: [['nvmlDeviceGetVirtualizationMode'], ['void *', 'void *']],
  energy: [['nvmlDeviceGetTotalEnergyConsumption'], ['void *', 'void *']],
  fieldValues: [['nvmlDeviceGetFieldValues'], ['void *', 'int', 'void *']],
  powerUsage: [['nvmlDeviceGetPowerUsage'], ['void *', 'void *']],
  powerLimit: [['nvmlDeviceGetEnforcedPowerLimit'], ['void *', 'void *']],
  requestedPowerLimit: [['nvmlDeviceGetPowerManagementLimit'], ['void *', 'void *']],
  defaultPowerLimit: [['nvmlDeviceGetPowerManagementDefaultLimit'], ['void *', 'void *']],
  setPowerLimit: [['nvmlDeviceSetPowerManagementLimit'], ['void *', 'uint']],
  lockClocks: [['nvmlDeviceSetGpuLockedClocks'], ['void *', 'uint', 'uint']],
  resetClocks: [['nvmlDeviceResetGpuLockedClocks'], ['void *']],
  clock: [['nvmlDeviceGetClockInfo'], ['void *', 'int', 'void *']],
  temperature: [['nvmlDeviceGetTemperature'], ['void *', 'int', 'void *']],
  utilization: [['nvmlDeviceGetUtilizationRates'], ['void *', 'void *']],
  memory: [['nvmlDeviceGetMemoryInfo'], ['void *', 'void *']],
  performanceState: [['nvmlDeviceGetPerformanceState'], ['void *', 'void *']],
  throttle: [
    ['nvmlDeviceGetCurrentClocksEventReasons', 'nvmlDeviceGetCurrentClocksThrottleReasons'],
    ['void *', 'void *'],
  ],
  persistence: [['nvmlDeviceGetPersistenceMode'], ['void *', 'void *']],
  driverVersion: [['nvmlSystemGetDriverVersion'], ['void *', 'uint']],
  cudaVersion: [
    ['nvmlSystemGetCudaDriverVersion_v2', 'nvmlSystemGetCudaDriverVersion'],
    ['void *'],
  ],
} as const
type FunctionKey = keyof typeof functions

function bind(library: NativeLibrary): NvmlLibrary {
  const calls = new Map(
    Object.entries(functions).map(([key, [names, args]]) => [key, library.bind(names, args)]),
  )
  const errorString = library.bind(['nvmlErrorString'], ['int'], 'str')
  const listProcesses = processReader(library)
  // One buffer for every answer: calls are synchronous, and each is read before the next.
  const buffer = Buffer.alloc(128)
  const second = Buffer.alloc(8)
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
    architecture: (device) => get('architecture', readUint, device, buffer),
    isPartitioned: (device) => get('migMode', isOne, device, buffer, second),
    virtualization: (device) => get('virtualization', readUint, device, buffer),
    energyJ: (device) => get('energy', readMillijoules, device, buffer),
    usagePowerW: (device) => get('powerUsage', readMilliwatts, device, buffer),
    fieldReader(requests) {
      const read = nvmlFieldReader(calls.get('fieldValues') ?? null, requests)
      return (device) => read(device).map((found) => (found.ok ? found : fail(found.code)))
    },
    powerLimitW: (device) => get('powerLimit', readMilliwatts, device, buffer),
    requestedPowerLimitW: (device) => get('requestedPowerLimit', readMilliwatts, device, buffer),
    defaultPowerLimitW: (device) => get('defaultPowerLimit', readMilliwatts, device, buffer),
    setPowerLimitW: (device, limitW) =>
      get('setPowerLimit', () => null, device, Math.round(wToMilliwatts(limitW))),
    lockClockMhz: (device, clockMhz) =>
      clockMhz === null
        ? get('resetClocks', () => null, device)
        : get('lockClocks', () => null, device, clockMhz, clockMhz),
    clockMhz: (device, clock) => get('clock', readUint, device, clockIds[clock], buffer),
    temperatureC: (device) => get('temperature', readUint, device, gpuSensor, buffer),
    utilization: (device) => get('utilization', readUtilization, device, buffer),
    memory: (device) => get('memory', readMemory, device, buffer),
    performanceState: (device) => get('performanceState', readUint, device, buffer),
    throttleBits: (device) => get('throttle', (b) => Number(readUint64(b)), device, buffer),
    isPersistent: (device) => get('persistence', isOne, device, buffer),
    processes(device) {
      const found = listProcesses(device)
      return found.ok ? found : fail(found.code)
    },
    driverVersion: () => get('driverVersion', readText, buffer, 80),
    cudaVersion: () => get('cudaVersion', readCudaVersion, buffer),
  }
}

// Layouts and constants of nvml.h. Every platform that NVIDIA has a driver for is little-endian.
const clockIds = { sm: 1, memory: 2 } as const
const gpuSensor = 0

const readUint = (buffer: Buffer): number => buffer.readUInt32LE(0)
const isOne = (buffer: Buffer): boolean => readUint(buffer) === 1
const readUint64 = (buffer: Buffer): bigint => buffer.readBigUInt64LE(0)
const readMilliwatts = (buffer: Buffer): number => milliwattsToW(readUint(buffer))
const readMillijoules = (buffer: Buffer): number => millijoulesToJ(Number(readUint64(buffer)))

/** 1000 times the major version and 10 times the minor one. */
function readCudaVersion(buffer: Buffer): string {
  const version = readUint(buffer)
  return `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`
}

/** nvmlUtilization_t: gpu, memory. */
const readUtilization = (buffer: Buffer) => ({
  computePercent: buffer.readUInt32LE(0),
  memoryPercent: buffer.readUInt32LE(4),
})

/** nvmlMemory_t: total, free, used. */
const readMemory = (buffer: Buffer) => ({
  totalBytes: Number(buffer.readBigUInt64LE(0)),
  usedBytes: Number(buffer.readBigUInt64LE(16)),
})

function readText(buffer: Buffer): string {
  const end = buffer.indexOf(0)
  return buffer.toString('utf8', 0, end === -1 ? buffer.length : end)
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
