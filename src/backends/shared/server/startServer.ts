/**
 * The life of an engine that is a program of its own: started in a session of its own, watched until it serves, ended with
 * everything it started. Nothing here knows an engine by name.
 */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment, WorkerContext } from '../../../core/context.ts'
import type { AppError } from '../../../core/errors.ts'
import { type ProgramExit, runProgram } from '../../../core/process.ts'
import { treeCpuMs } from '../../../core/treeCpu.ts'
import { engineDied } from './engineDied.ts'
import { type EngineLog, engineLog } from './engineLog.ts'
import { readTreePeak } from './readTreePeak.ts'
import { waitUntilReady } from './waitUntilReady.ts'
import { watchGpuMemory } from './watchGpuMemory.ts'

export interface ServerStart {
  /** Of the backend, for messages. */
  name: string
  argv: readonly string[]
  /** The whole environment of the engine. */
  env: Environment
  port: number
  healthPath: string
  readyTimeoutMs: number
}

export interface EngineServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  url: string
  log: EngineLog
  /** For questions on the side: aborts when the experiment ends. */
  signal: AbortSignal
  /** Why it ended by itself; null while it runs. */
  death(): Promise<AppError | null>
  /** CPU time of all its processes so far, milliseconds; null when unknown. */
  cpuMs(): number | null
  /** Memory of the GPUs that it holds or held, else the most that its processes had on the host, bytes; null when unknown. */
  peakMemoryBytes(): Promise<number | null>
}

/** Time between SIGTERM and SIGKILL: enough to end a batch under way and to give back devices in order. */
const graceMs = 10_000
/** Until it is disposed: the harness has limits of its own. */
const endlessMs = 2 ** 40

/** Resolves when the engine serves; rejects with `ENGINE_DIED`, `ENGINE_NOT_READY`, or the signal's reason. */
export async function startServer(start: ServerStart, ctx: WorkerContext): Promise<EngineServer> {
  const { name, argv, env, port, healthPath, readyTimeoutMs } = start
  const { clock, runDir, signal } = ctx
  signal.throwIfAborted()
  const log = engineLog(join(runDir, 'backend.log'))
  await rm(log.path, { force: true })
  const gpuMemory = await watchGpuMemory(ctx)
  const ending = new AbortController()
  let pid: number | null = null
  let end: ProgramExit | null = null
  let death: AppError | null = null
  const running = runProgram({
    argv,
    env,
    timeoutMs: endlessMs,
    silenceMs: null,
    graceMs,
    logPath: log.path,
    isLogged: () => true,
    onStarted: (program) => {
      pid = program.pid
    },
    signal: ending.signal,
    clock,
  }).then((exit) => {
    end = exit
    return exit
  })
  const stop = async (): Promise<void> => {
    ending.abort()
    await running
    await gpuMemory.waitUntilFree()
  }
  const url = `http://127.0.0.1:${port}`
  try {
    await waitUntilReady(
      { name, healthUrl: `${url}${healthPath}`, readyTimeoutMs, running, log },
      ctx,
    )
    await gpuMemory.look()
  } catch (cause) {
    await stop()
    throw cause
  }
  return {
    url,
    log,
    signal,
    async death() {
      if (end === null || ending.signal.aborted) return null
      death ??= engineDied({ name, when: 'while it served', exit: end, log: await log.tail() })
      return death
    },
    cpuMs: () => (pid === null ? null : treeCpuMs(pid)),
    async peakMemoryBytes() {
      const gpuBytes = await gpuMemory.look()
      return gpuBytes ?? (pid === null ? null : readTreePeak(pid))
    },
    [Symbol.asyncDispose]: stop,
  }
}
