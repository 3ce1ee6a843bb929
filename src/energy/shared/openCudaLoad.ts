/** A kernel on one NVIDIA GPU through the driver alone (libcuda), which is launched and waited for. */

import { loadLibrary, type NativeFunction } from './loadLibrary.ts'
import { driverFolders } from './loadNvml.ts'
import { waveGrid, waveKernel } from './waveKernel.ts'

export interface CudaLoad {
  /** Queues the kernel on one of two streams, so that the GPU has the next before it ends one. */
  launch(stream: number): void
  /** Returns when nothing is queued on that stream. */
  wait(stream: number): void
  close(): void
}

/** Every failure, now or later, is thrown with its cause and what to do. The context belongs to the calling thread. */
export async function openCudaLoad(root: string, busId: string): Promise<CudaLoad> {
  const call = await bindCuda(root)
  const out = Buffer.alloc(8)
  const pointerFrom = (name: FunctionName, ...args: readonly unknown[]): bigint => {
    call(name, out, ...args)
    return out.readBigUInt64LE(0)
  }
  call('cuInit', 0)
  // NVML writes the PCI domain with eight digits, CUDA with four.
  call('cuDeviceGetByPCIBusId', out, busId.replace(/^0000(?=[0-9a-f]{4}:)/i, ''))
  const device = out.readInt32LE(0)
  call('cuDeviceGetAttribute', out, multiprocessorCount, device)
  const blocks = out.readInt32LE(0) * waveGrid.blocksPerMultiprocessor
  const context = pointerFrom('cuCtxCreate_v2', blockingSync, device)
  const close = (): void => {
    try {
      call('cuCtxDestroy_v2', context)
    } catch {
      // A GPU that has failed fails here too: the first cause is the one to tell.
    }
  }
  try {
    const module = pointerFrom('cuModuleLoadData', waveKernel)
    const kernel = pointerFrom('cuModuleGetFunction', module, 'wave')
    const streams = [0, 1].map(() => pointerFrom('cuStreamCreate', nonBlocking))
    const size = [blocks, 1, 1, waveGrid.threadsPerBlock, 1, 1] as const
    const load: CudaLoad = {
      launch: (stream) => call('cuLaunchKernel', kernel, ...size, 0, streams[stream], null, null),
      wait: (stream) => call('cuStreamSynchronize', streams[stream]),
      close,
    }
    // Drivers load a kernel when it is launched first: not within the wave.
    load.launch(0)
    load.wait(0)
    return load
  } catch (thrown) {
    close()
    throw thrown
  }
}

// Constants and signatures of cuda.h; the suffix is what the header's macros add.
const multiprocessorCount = 16
/** Waiting must not keep a core busy, which sensors of the machine would show. CU_CTX_SCHED_BLOCKING_SYNC */
const blockingSync = 4
/** CU_STREAM_NON_BLOCKING */
const nonBlocking = 1
const functions = {
  cuInit: ['uint'],
  cuDeviceGetByPCIBusId: ['void *', 'str'],
  cuDeviceGetAttribute: ['void *', 'int', 'int'],
  cuCtxCreate_v2: ['void *', 'uint', 'int'],
  cuCtxDestroy_v2: ['void *'],
  cuModuleLoadData: ['void *', 'str'],
  cuModuleGetFunction: ['void *', 'void *', 'str'],
  cuStreamCreate: ['void *', 'uint'],
  cuStreamSynchronize: ['void *'],
  cuLaunchKernel: [
    'void *',
    ...Array.from({ length: 7 }, () => 'uint'),
    'void *',
    'void *',
    'void *',
  ],
} as const
type FunctionName = keyof typeof functions

/** What to do about a code of cuda.h. */
const fixes = new Map([
  [2, 'free memory of the GPU'],
  [46, 'see by nvidia-smi -q -d COMPUTE whether it is kept for one program'],
  [100, 'see by nvidia-smi -L what the driver knows, and what CUDA_VISIBLE_DEVICES leaves'],
  [101, 'CUDA numbers boards otherwise: export CUDA_DEVICE_ORDER=PCI_BUS_ID'],
  [221, 'install libnvidia-ptxjitcompiler.so.1 of this driver'],
  [802, 'sudo systemctl start nvidia-fabricmanager'],
  [803, 'sudo reboot'],
])
const otherFix = 'see what the driver says: sudo dmesg | grep NVRM'
const missingFix =
  'it comes with the driver; a container needs NVIDIA_DRIVER_CAPABILITIES=compute,utility'

/** Calls by name; throws what is not a success. */
async function bindCuda(root: string) {
  const name = 'libcuda.so.1'
  const library = await loadLibrary({ root, name, folders: driverFolders })
  if (library === null || typeof library === 'string') {
    throw new Error(`${library ?? `${name} was not found`}; ${missingFix}`)
  }
  const bound = new Map<string, NativeFunction | null>(
    Object.entries(functions).map(([key, args]) => [key, library.bind([key], args)]),
  )
  const errorName = library.bind(['cuGetErrorName'], ['int', 'void *'])
  const address = Buffer.alloc(8)
  const nameOf = (code: number): string =>
    errorName?.(code, address) === 0
      ? library.textAt(address.readBigUInt64LE(0))
      : `CUDA error ${code}`
  return (key: FunctionName, ...args: readonly unknown[]): void => {
    const native = bound.get(key) ?? null
    if (native === null) throw new Error(`${name} has no ${key}; update the driver`)
    const code = Number(native(...args))
    if (code !== 0) throw new Error(`${key}: ${nameOf(code)}; ${fixes.get(code) ?? otherFix}`)
  }
}
