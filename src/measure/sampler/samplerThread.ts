/** The program of the sampler thread: opens the sources, reads them until it is told to close, hands blocks over. */

import { constants, setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { monotonicClock as clock } from '../../core/clock.ts'
import { openMeters } from './openMeters.ts'
import { blockWriter } from './sampleBlock.ts'
import { sampleLoop } from './sampleLoop.ts'
import type { FromSampler, SamplerThreadData, ToSampler } from './samplerMessages.ts'
import { threadCpu } from './threadCpu.ts'
import { threadPause } from './threadPause.ts'

/** Blocks are sent this often, so that a crash of the process loses little and messages stay rare. */
const blockMs = 1000

if (parentPort !== null) await runSampler(parentPort, workerData)

async function runSampler(port: MessagePort, data: SamplerThreadData): Promise<void> {
  const post = (message: FromSampler, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer)
  const opened = await openMeters(data.sources, { clock, env: data.env, root: '/' })
  if (opened.status === 'refused') {
    const { source, reason, fix } = opened
    return post({ type: 'refused', source, reason, fix })
  }
  const { meters } = opened
  raisePriority()
  const domains = meters.flatMap((meter) => meter.domains)
  const writer = blockWriter(domains)
  const readCpuMs = threadCpu()
  let askCount = 0
  const sendBlock = (): void => {
    const block = writer.take()
    const cpuMs = readCpuMs()
    const cpu = cpuMs === null ? null : { atMs: clock.nowMs(), cpuMs }
    post({ type: 'block', block, cpu, askCount }, [block.readings.buffer, block.ticks.buffer])
  }
  const controller = new AbortController()
  const { signal } = controller
  port.on('message', (message: ToSampler) => {
    if (message === 'close') return controller.abort()
    askCount++
    sendBlock()
  })
  // Its account of CPU time must begin before anybody can ask for a window.
  sendBlock()
  post({
    type: 'opened',
    domains,
    devices: meters.flatMap((meter) => meter.devices?.() ?? []),
    warnings: meters.flatMap((meter) => meter.warnings?.() ?? []),
  })
  let sentMs = clock.nowMs()
  await sampleLoop({
    meters,
    intervalMs: data.intervalMs,
    clock,
    signal,
    pauseUntil: threadPause({ clock, signal, calls: data.calls }),
    onTick(tick) {
      writer.add(tick)
      if (tick.wokeMs - sentMs < blockMs) return
      sentMs = tick.wokeMs
      sendBlock()
    },
  })
  sendBlock()
  for (const meter of meters) await meter[Symbol.asyncDispose]()
  port.close()
}

/** On Linux 0 means this thread; elsewhere it would be the whole process, engine included. setpriority(2) */
function raisePriority(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, constants.priority.PRIORITY_HIGH)
  } catch {
    // Only root may raise it. The lateness that follows is measured and reported.
  }
}
