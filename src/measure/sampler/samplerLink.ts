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

export interface SamplerLink extends AsyncDisposable {
  /** Tells the thread what to read. Rejects with ENERGY_SOURCE_UNAVAILABLE or SAMPLER_FAILED. */
  open(task: SamplerTask): Promise<Opened>
  /** Reads densely from now on until that moment. */
  burst(untilMs: number): void
  /** What arrived so far, in order. */
  blocks: readonly SampleBlock[]
  cpu: readonly CpuSample[]
  /** At the devices so far, in order of time. */
  looks(): readonly DeviceLook[]
  /** Calls `listener` for every block that arrives from now on. */
  onBlock(listener: (block: SampleBlock) => void): void
  /** Asks for everything that was read up to now. The function it returns tests whether that has arrived. */
  askForBlock(): () => boolean
  /** Throws SAMPLER_FAILED when the thread has ended by itself. */
  assertAlive(): void
}

/** A thread that does not end within this time hangs in a driver call and is left behind. */
const closeTimeoutMs = 2000

/** Starts the thread; it loads its program while the caller finds out what to read. */
export function samplerLink(program: URL, clock: Clock): SamplerLink {
  const calls = new Int32Array(new SharedArrayBuffer(4))
  const workerData: SamplerThreadData = { calls }
  // Its stdout is taken and dropped: the process's own carries events and nothing else.
  const thread = new Worker(program, { name: 'llem sampler', workerData, stdout: true })
  const { opened, ended, blocks, cpu, looks, failure, answered } = listen(thread)
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
    blocks,
    cpu,
    looks,
    onBlock(listener) {
      thread.on('message', (message: FromSampler) => {
        if (message.type === 'block') listener(message.block)
      })
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
  const blocks: SampleBlock[] = []
  const cpu: CpuSample[] = []
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
          blocks.push(message.block)
          for (const look of message.looks) history.add(look)
          answered = message.askCount
          if (message.cpu !== null) cpu.push(message.cpu)
      }
    })
    thread.on('error', (cause) => fail(samplerFailed(messageOf(cause), cause)))
    thread.on('exit', (code) => fail(samplerFailed(`its thread ended with code ${code}`)))
  })
  // A thread that dies before anybody asked it to open is reported to whoever asks.
  opened.catch(() => {})
  const ended = new Promise<void>((resolve) => thread.on('exit', () => resolve()))
  return {
    opened,
    ended,
    blocks,
    cpu,
    looks: history.looks,
    failure: () => failure,
    answered: () => answered,
  }
}

const samplerFailed = (cause: string, thrown?: unknown): AppError =>
  new AppError('SAMPLER_FAILED', { cause }, { cause: thrown })
