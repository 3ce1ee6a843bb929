/** The Python program as something to ask: commands go in, each answer settles its promise, its death settles all. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ZodType } from 'zod'
import type { WorkerContext } from '../../../core/context.ts'
import { type AppError, messageOf } from '../../../core/errors.ts'
import { decodeLine, encodeLine } from '../../../core/ndjson.ts'
import { type RunningProgram, runProgram } from '../../../core/process.ts'
import { programs } from '../../../core/programs.ts'
import { treeCpuMs } from '../../../core/treeCpu.ts'
import { engineDied } from '../server/engineDied.ts'
import { engineEnvironment } from '../server/engineEnvironment.ts'
import { watchGpuMemory } from '../server/watchGpuMemory.ts'
import { deferred } from './deferred.ts'
import { failed, failureOf, notStarted } from './pythonFailure.ts'
import { answerSchema, type Command, type Step } from './wire.ts'

export interface PythonEngine extends AsyncDisposable {
  /** Resolves with the answer; rejects with an `AppError` when there is none. */
  ask<T>(command: Command, schema: ZodType<T>, more?: AskOptions): Promise<T>
  /** CPU time so far, milliseconds; null when it is gone or the system does not tell. */
  cpuMs(): number | null
}

interface AskOptions {
  onSteps?(steps: readonly Step[]): void
  /** Nobody waits for this answer any more: the program is told, and still answers. */
  signal?: AbortSignal
  /** The program is taken for hung, and ended, when it says nothing of this for so long; absent: no limit. */
  longestSilence?: { ms: number; error(afterMs: number): AppError }
}

interface Question {
  heard(): void
  onSteps(steps: readonly Step[]): void
  resolve(value: unknown): void
  reject(error: AppError): void
}

export interface PythonStart {
  /** Program name or path. */
  python: string
  /** The model may have to be fetched. */
  isRemote: boolean
}

/** Until it is disposed: the harness has limits of its own. */
const endlessMs = 2 ** 40
/** Time between SIGTERM, which ends Python at once, and SIGKILL. */
const graceMs = 2000

/** Resolves when Python runs, whatever it then says; rejects when there is no such program. */
export async function startPython(start: PythonStart, ctx: WorkerContext): Promise<PythonEngine> {
  const logPath = join(ctx.runDir, 'backend.log')
  await rm(logPath, { force: true })
  const gpuMemory = await watchGpuMemory(ctx)
  const ending = new AbortController()
  const questions = new Map<number, Question>()
  const started = deferred<RunningProgram>()
  let death: AppError | null = null
  let isOpen = false
  const lose = (error: AppError): void => {
    death ??= error
    for (const question of questions.values()) question.reject(death)
    questions.clear()
    started.reject(death)
  }
  const lost = runProgram({
    argv: [start.python, fileURLToPath(programs.pytorchWorker)],
    env: engineEnvironment({
      worker: ctx.env,
      engine: quietPython,
      isRemote: start.isRemote,
    }),
    timeoutMs: endlessMs,
    silenceMs: null,
    graceMs,
    isTethered: true,
    logPath,
    signal: ending.signal,
    onStarted: started.resolve,
    onLine: (line) => takeAnswer(line, questions),
    clock: ctx.clock,
  }).then(
    (exit) => {
      const when = isOpen ? 'while it served' : 'before it served'
      lose(engineDied({ name: 'pytorch', when, exit, log: exit.stderrTail }))
    },
    (thrown) => lose(notStarted(start.python, thrown)),
  )
  const program = await started.promise
  let nextId = 1
  return {
    cpuMs: () => treeCpuMs(program.pid),
    async ask(command, schema, { onSteps = () => {}, signal, longestSilence } = {}) {
      if (death !== null) throw death
      const id = nextId++
      const answer = deferred<unknown>()
      const stall = watchStall(longestSilence?.ms ?? null, ctx, (afterMs) => {
        if (longestSilence !== undefined) lose(longestSilence.error(afterMs))
        ending.abort()
      })
      const abort = (): void => program.write(encodeLine({ do: 'abort', batch: id }))
      signal?.addEventListener('abort', abort, { once: true })
      questions.set(id, { ...answer, onSteps, heard: stall.heard })
      program.write(encodeLine({ id, ...command }))
      try {
        const value = parseAnswer(schema, await answer.promise)
        isOpen = true
        return value
      } finally {
        stall.stop()
        signal?.removeEventListener('abort', abort)
      }
    },
    async [Symbol.asyncDispose]() {
      await gpuMemory.look()
      ending.abort()
      await lost
      await gpuMemory.waitUntilFree()
    },
  }
}

const quietPython = {
  // Our own modules may lie where nothing may be written.
  PYTHONDONTWRITEBYTECODE: '1',
  HF_HUB_DISABLE_PROGRESS_BARS: '1',
  TOKENIZERS_PARALLELISM: 'false',
}

function takeAnswer(line: string, questions: Map<number, Question>): void {
  const answer = decodeLine(line, answerSchema)
  const question = answer === null ? undefined : questions.get(answer.id)
  if (answer === null || question === undefined) return
  if ('steps' in answer) {
    question.heard()
    question.onSteps(answer.steps)
    return
  }
  questions.delete(answer.id)
  if ('failed' in answer) question.reject(failureOf(answer.failed))
  else question.resolve(answer.value)
}

function parseAnswer<T>(schema: ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  throw failed(`it answered something else than expected: ${messageOf(error)}`)
}

function watchStall(
  limitMs: number | null,
  { clock }: WorkerContext,
  onStall: (afterMs: number) => void,
) {
  const stopped = new AbortController()
  let heardMs = clock.nowMs()
  const watch = async (longestMs: number): Promise<void> => {
    for (;;) {
      const restMs = heardMs + longestMs - clock.nowMs()
      if (restMs <= 0) return onStall(longestMs)
      await clock.sleep(restMs, stopped.signal)
    }
  }
  // Ended because the answer came: then there is nothing to say.
  if (limitMs !== null) watch(limitMs).catch(() => {})
  return {
    heard: (): void => {
      heardMs = clock.nowMs()
    },
    stop: (): void => stopped.abort(),
  }
}
