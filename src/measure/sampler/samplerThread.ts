/** The program of the sampler thread: opens the sources, reads them until it is told to close, hands blocks over. */

import { constants, setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { monotonicClock as clock } from '../../core/clock.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { messageOf } from '../../core/errors.ts'
import { errorCodeOf } from '../../core/files.ts'
import { withSensorCard } from '../../energy/shared/calibration/sensorCardFile.ts'
import { energyLimits } from '../energyLimits.ts'
import { type DeviceLook, deviceWatch } from './deviceWatch.ts'
import { loadNap } from './loadNap.ts'
import { openMeters } from './openMeters.ts'
import { blockWriter } from './sampleBlock.ts'
import { sampleLoop, type Tick } from './sampleLoop.ts'
import type { FromSampler, SamplerTask, SamplerThreadData, ToSampler } from './samplerMessages.ts'
import { type TableStream, tableStream } from './tableStream.ts'
import { threadCpu } from './threadCpu.ts'
import { longestNapMs, type ThreadPause, threadPause } from './threadPause.ts'

/** Blocks are sent this often, so that a crash of the process loses little and messages stay rare. */
const blockMs = 1000

if (parentPort !== null) {
  const port = parentPort
  const { calls }: SamplerThreadData = workerData
  // Started before anybody knows what to read, so that its start costs no time; closed unused when there is nothing.
  port.once('message', (message: ToSampler) => {
    if (typeof message === 'object' && 'open' in message) {
      void runSampler(port, message.open, calls)
    } else {
      port.close()
    }
  })
}

async function runSampler(
  port: MessagePort,
  { sources, intervalMs, env, cacheDir, tablePath }: SamplerTask,
  calls: SamplerThreadData['calls'],
): Promise<void> {
  const post = (message: FromSampler): void => port.postMessage(message)
  let blocks: BlockSender | undefined
  let burstEndMs = Number.NEGATIVE_INFINITY
  let pause: ThreadPause | undefined
  let table: TableStream | undefined
  const signal = listen(port, {
    answer: () => blocks?.answer(),
    finishTable() {
      blocks?.send()
      void finished(table).then((failure) => post({ type: 'tableWritten', failure }))
    },
    burst: (untilMs) => {
      burstEndMs = untilMs
      pause?.hurry()
    },
  })
  const napping = intervalMs <= longestNapMs ? loadNap() : null
  const opened = await openMeters(sources, { clock, env, root: '/' })
  // Before anybody is told: from then on readings are expected.
  const nap = await napping
  if (opened.status === 'refused') {
    const { source, reason, fix } = opened
    post({ type: 'refused', source, reason, fix })
    return port.close()
  }
  const { meters } = opened
  raisePriority()
  const domains = meters
    .flatMap((meter) => meter.domains)
    .map((domain) => (cacheDir === null ? domain : withSensorCard(domain, { cacheDir, root: '/' })))
  if (tablePath !== null) table = tableStream(tablePath, domains)
  const isQuiet = (nowMs: number): boolean => nowMs >= burstEndMs
  blocks = blockSender(port, domains, {
    look: lookNow(deviceWatch(meters), isQuiet),
    keep: (readings, nowMs) => table?.add(readings, isQuiet(nowMs)),
  })
  // The account of CPU time must begin before anybody can ask for a window.
  blocks.send()
  post({
    type: 'opened',
    domains,
    devices: meters.flatMap((meter) => meter.devices?.() ?? []),
    warnings: meters.flatMap((meter) => meter.warnings?.() ?? []),
  })
  const hasBackground = meters.some((meter) => meter.readsInBackground)
  pause = threadPause({ clock, signal, calls, burstUntilMs: () => burstEndMs, hasBackground, nap })
  await sampleLoop({
    meters,
    intervalMs,
    clock,
    signal,
    pauseUntil: pause.pauseUntil,
    burstUntilMs: () => burstEndMs,
    onTick: blocks.add,
  })
  blocks.send()
  table?.discard()
  for (const meter of meters) await meter[Symbol.asyncDispose]()
  port.close()
}

/** A look when one is due, and none while the edges of a window are watched: it takes longer than they are apart. */
function lookNow(
  watch: ReturnType<typeof deviceWatch>,
  isQuiet: (nowMs: number) => boolean,
): (nowMs: number) => DeviceLook | null {
  let lookedMs = Number.NEGATIVE_INFINITY
  return (nowMs) => {
    if (watch === null || nowMs - lookedMs < energyLimits.lookMs || !isQuiet(nowMs)) return null
    lookedMs = nowMs
    return watch(nowMs)
  }
}

interface BlockWork {
  /** After each tick: a look at the devices when one is due. */
  look(nowMs: number): DeviceLook | null
  /** Before a block leaves this thread. */
  keep(readings: Float64Array, nowMs: number): void
}

interface BlockSender {
  /** Keeps a tick, and sends when it is time. */
  add(tick: Tick): void
  /** Sends what was kept. */
  send(): void
  /** Sends what was kept, as an answer. */
  answer(): void
}

function blockSender(
  port: MessagePort,
  domains: readonly EnergyDomain[],
  { look, keep }: BlockWork,
): BlockSender {
  let looks: DeviceLook[] = []
  const writer = blockWriter(domains)
  const readCpuMs = threadCpu()
  let askCount = 0
  let sentMs = clock.nowMs()
  const send = (): void => {
    const block = writer.take()
    const cpuMs = readCpuMs()
    sentMs = clock.nowMs()
    const cpu = cpuMs === null ? null : { atMs: sentMs, cpuMs }
    keep(block.readings, sentMs)
    const message: FromSampler = { type: 'block', block, cpu, looks, askCount }
    port.postMessage(message)
    looks = []
  }
  return {
    send,
    add(tick) {
      writer.add(tick)
      const seen = look(tick.wokeMs)
      if (seen !== null) looks.push(seen)
      if (tick.wokeMs - sentMs >= blockMs) send()
    },
    answer() {
      askCount++
      send()
    },
  }
}

/** Answers whoever asks; the signal aborts when the sampler is to close. */
function listen(
  port: MessagePort,
  calls: { answer(): void; finishTable(): void; burst(untilMs: number): void },
): AbortSignal {
  const controller = new AbortController()
  port.on('message', (message: ToSampler) => {
    if (message === 'close') controller.abort()
    if (message === 'sendBlock') calls.answer()
    if (message === 'finishTable') calls.finishTable()
    if (typeof message === 'object' && 'burstUntilMs' in message) calls.burst(message.burstUntilMs)
  })
  return controller.signal
}

/** Null when the file is whole, or none was asked for. */
async function finished(table: TableStream | undefined) {
  try {
    await table?.finish()
    return null
  } catch (thrown) {
    return { code: errorCodeOf(thrown), message: messageOf(thrown) }
  }
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
