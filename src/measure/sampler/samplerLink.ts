/** The main thread's end of the sampler thread: starts it, keeps what it sends, closes it in any state. */

import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/errors.ts'
import type { DeviceLook } from './deviceWatch.ts'
import { lookHistory } from './lookHistory.ts'
import type { SampleBlock } from './sampleBlock.ts'
import type {
  CpuSample,
  FromSampler,
  SamplerTask,
  SamplerThreadData,
  ToSampler,
} from './samplerMessages.ts'

type Opened = Extract<FromSampler, { type: 'opened' }>
type WriteFailure = NonNullable<Extract<FromSampler, { type: 'tableWritten' }>['failure']>

export interface SamplerLink extends AsyncDisposable {
  /** Tells the thread what to read. Rejects with ENERGY_SOURCE_UNAVAILABLE or SAMPLER_FAILED. */
  open(task: SamplerTask): Promise<Opened>
  /** Reads densely from now on until that moment. */
  burst(untilMs: number): void
  /** At the devices so far, in order of time. */
  looks(): readonly DeviceLook[]
  /** Calls `listener` for every block that arrives from now on, with the CPU time that the thread had used by then. */
  onBlock(listener: (block: SampleBlock, cpu: CpuSample | null) => void): void
  /** Resolves when the file of readings is whole; rejects with what the system said. Nothing is read any more. */
  finishTable(): Promise<void>
  /** Asks for everything that was read up to now. The function it returns tests whether that has arrived. */
  askForBlock(): () => boolean
  /** Throws SAMPLER_FAILED when the thread has ended by itself. */
  assertAlive(): void
}

/** What the thread throws away is small and regular: room for half a minute of it would only be memory. */
export const samplerMemory = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 1024 } as const

/** A thread that does not end within this time hangs in a driver call and is left behind. */
const closeTimeoutMs = 2000

/** Starts the thread; it loads its program while the caller finds out what to read. */
export function samplerLink(program: URL, clock: Clock): SamplerLink {
  const calls = new Int32Array(new SharedArrayBuffer(4))
  const workerData: SamplerThreadData = { calls }
  // Its stdout is taken and dropped: the process's own carries events and nothing else.
  const thread = new Worker(program, {
    name: 'llem sampler',
    workerData,
    stdout: true,
    resourceLimits: samplerMemory,
  })
  const { opened, ended, written, looks, failure, answered } = listen(thread)
  let asked = 0
  const call = (message: ToSampler): void => {
    thread.postMessage(message)
    Atomics.add(calls, 0, 1)
    Atomics.notify(calls, 0)
  }
  return {
    open(task) {
      call({ open: task })
      return opened
    },
    burst: (burstUntilMs) => call({ burstUntilMs }),
    looks,
    onBlock(listener) {
      thread.on('message', (message: FromSampler) => {
        if (message.type === 'block') listener(message.block, message.cpu)
      })
    },
    async finishTable() {
      call('finishTable')
      const failed = await Promise.race([written, ended.then(() => 'ended' as const)])
      // It ends while the results are written.
      call('close')
      if (failed === 'ended') throw failure() ?? samplerFailed('its thread ended')
      if (failed !== null) throw Object.assign(new Error(failed.message), { code: failed.code })
    },
    askForBlock() {
      const number = ++asked
      call('sendBlock')
      return () => answered() >= number
    },
    assertAlive() {
      const found = failure()
      if (found !== null) throw found
    },
    async [Symbol.asyncDispose]() {
      call('close')
      const timer = new AbortController()
      // Aborting the timer rejects its sleep: the thread ended in time.
      const timeout = clock.sleep(closeTimeoutMs, timer.signal).catch(() => {})
      await Promise.race([ended, timeout])
      timer.abort()
      thread.unref()
      void thread.terminate()
    },
  }
}

function listen(thread: Worker) {
  const history = lookHistory()
  let failure: AppError | null = null
  let answered = 0
  const opened = new Promise<Opened>((resolve, reject) => {
    const fail = (error: AppError): void => {
      failure ??= error
      reject(failure)
    }
    thread.on('message', (message: FromSampler) => {
      switch (message.type) {
        case 'opened':
          return resolve(message)
        case 'refused':
          return fail(new AppError('ENERGY_SOURCE_UNAVAILABLE', message))
        case 'block':
          for (const look of message.looks) history.add(look)
          answered = message.askCount
          return
        case 'tableWritten':
          return
      }
    })
    thread.on('error', (cause) => fail(samplerFailed(messageOf(cause), cause)))
    thread.on('exit', (code) => fail(samplerFailed(`its thread ended with code ${code}`)))
  })
  // A thread that dies before anybody asked it to open is reported to whoever asks.
  opened.catch(() => {})
  const ended = new Promise<void>((resolve) => thread.on('exit', () => resolve()))
  const written = new Promise<WriteFailure | null>((resolve) => {
    thread.on('message', (message: FromSampler) => {
      if (message.type === 'tableWritten') resolve(message.failure)
    })
  })
  return {
    opened,
    ended,
    written,
    looks: history.looks,
    failure: () => failure,
    answered: () => answered,
  }
}

const samplerFailed = (cause: string, thrown?: unknown): AppError =>
  new AppError('SAMPLER_FAILED', { cause }, { cause: thrown })
