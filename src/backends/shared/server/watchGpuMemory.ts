/** GPU memory that an engine takes and must give back, by nvidia-smi; nothing where that is not installed. */

import type { Environment, WorkerContext } from '../../../core/context.ts'
import { findProgram } from '../../../core/findProgram.ts'
import { runProgram } from '../../../core/process.ts'
import { mebibytesToBytes } from '../../../core/units.ts'
import { warn } from '../../../core/warnings.ts'

export interface GpuMemoryWatch {
  /** Bytes that the engine holds on all GPUs together, the most that was seen; null when it holds none or nobody tells. */
  look(): Promise<number | null>
  /** Resolves when what rose has fallen again, or with a warning when it does not. */
  waitUntilFree(): Promise<void>
}

type UsedBytes = ReadonlyMap<string, number>

/** Less is noise: a context of the driver, a display. */
const noiseBytes = mebibytesToBytes(256)
/** The driver gives memory back within a second of the last process; longer means that somebody still holds it. */
const longestFreeMs = 10_000
const pollMs = 500
const queryTimeoutMs = 8000

export async function watchGpuMemory(
  ctx: WorkerContext,
  freeTimeoutMs = longestFreeMs,
): Promise<GpuMemoryWatch> {
  const program = findProgram('nvidia-smi', ctx.env)
  if (program === null) return { look: async () => null, waitUntilFree: async () => {} }
  const read = (): Promise<UsedBytes> => readUsed(program, ctx)
  const before = await read()
  const peaks = new Map<string, number>()
  return {
    async look() {
      for (const [gpu, bytes] of await read()) {
        const rise = bytes - (before.get(gpu) ?? bytes)
        if (rise > Math.max(noiseBytes, peaks.get(gpu) ?? 0)) peaks.set(gpu, rise)
      }
      return peaks.size === 0 ? null : [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0)
    },
    async waitUntilFree() {
      const startMs = ctx.clock.nowMs()
      while (peaks.size > 0) {
        const used = await read()
        const held = [...peaks.keys()].filter(
          (gpu) => (used.get(gpu) ?? 0) - (before.get(gpu) ?? 0) > noiseBytes,
        )
        if (held.length === 0) return
        if (ctx.clock.nowMs() - startMs > freeTimeoutMs) {
          const warning = warn('GPU_MEMORY_NOT_FREED', {
            gpus: held.join(', '),
            afterMs: freeTimeoutMs,
          })
          return ctx.emit({ type: 'warned', warning })
        }
        await ctx.clock.sleep(pollMs)
      }
    },
  }
}

/** Empty when the command fails: then nobody tells. */
async function readUsed(program: string, { env, clock }: WorkerContext): Promise<UsedBytes> {
  const used = new Map<string, number>()
  const isOurs = visibleIn(env)
  await runProgram({
    argv: [program, '--query-gpu=uuid,memory.used', '--format=csv,noheader,nounits'],
    env,
    timeoutMs: queryTimeoutMs,
    silenceMs: null,
    clock,
    onLine(line) {
      const [, uuid, mebibytes] = /^(\S+), (\d+)$/.exec(line.trim()) ?? []
      if (uuid !== undefined && isOurs(uuid)) used.set(uuid, mebibytesToBytes(Number(mebibytes)))
    },
  })
  return used
}

/** Of runs side by side each has GPUs of its own, named by UUID; the command shows all there are. */
function visibleIn(env: Environment): (uuid: string) => boolean {
  const named = (env['CUDA_VISIBLE_DEVICES'] ?? '').split(',').map((name) => name.trim())
  const uuids = named.filter((name) => name.startsWith('GPU-'))
  return (uuid) => uuids.length === 0 || uuids.some((visible) => uuid.startsWith(visible))
}
