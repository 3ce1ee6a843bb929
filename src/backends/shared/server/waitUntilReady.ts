/** Waits until an engine serves, and notices at once when it never will. */

import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import type { ProgramExit } from '../../../core/process.ts'
import { askText } from './askServer.ts'
import { classifyDeath } from './classifyDeath.ts'
import { engineDied } from './engineDied.ts'
import type { EngineLog } from './engineLog.ts'
import { loadingStage } from './loadingStage.ts'

interface Wait {
  name: string
  /** Answers 200 when the engine can serve. */
  healthUrl: string
  readyTimeoutMs: number
  /** Resolves when the engine ends. */
  running: Promise<ProgramExit>
  log: EngineLog
}

/** Between two questions: short beside any start, and no load on an engine that loads. */
const pollMs = 200
const healthTimeoutMs = 2000
/** The log is read, and progress told, this often. */
const lookMs = 1000
/** An engine that said why it is lost and then nothing for this long does not end by itself (vLLM's server outlives its core). */
const lostMs = 20_000

export async function waitUntilReady(wait: Wait, ctx: WorkerContext): Promise<void> {
  const { name, healthUrl, readyTimeoutMs, running, log } = wait
  const { clock, signal } = ctx
  const startMs = clock.nowMs()
  const look = logWatch(wait, ctx)
  let exit: ProgramExit | null = null
  const ended = running.then((found) => {
    exit = found
  })
  for (;;) {
    await Promise.race([ended, clock.sleep(pollMs, signal)])
    if (exit !== null) {
      throw engineDied({ name, when: 'before it served', exit, log: await log.tail() })
    }
    const isReady = askText(healthUrl, { signal, timeoutMs: healthTimeoutMs })
    const answer = await Promise.race([ended.then(() => null), isReady])
    // Of what serves on this port when the engine has ended, nothing is known.
    if (answer !== null && exit === null) return
    if (clock.nowMs() - startMs > readyTimeoutMs) {
      const stage = loadingStage(await log.tail())
      throw new AppError('ENGINE_NOT_READY', { backend: name, afterMs: readyTimeoutMs, stage })
    }
    await look()
  }
}

/** Tells once a second how far it is, and throws when the log says that the engine is lost while its process lives on. */
function logWatch({ name, log }: Wait, { clock, emit }: WorkerContext): () => Promise<void> {
  const startMs = clock.nowMs()
  let lookedMs = startMs
  let grown = { text: '', atMs: startMs }
  return async () => {
    const nowMs = clock.nowMs()
    if (nowMs - lookedMs < lookMs) return
    lookedMs = nowMs
    const text = await log.tail()
    if (text !== grown.text) grown = { text, atMs: nowMs }
    const stage = loadingStage(text)
    emit({
      type: 'progress',
      label: stage === null ? `starting ${name}` : `starting ${name}: ${stage}`,
      done: nowMs - startMs,
      total: null,
      unit: 'ms',
    })
    if (nowMs - grown.atMs > lostMs && classifyDeath(text)?.isFatal === true) {
      throw engineDied({ name, when: 'before it served', exit: null, log: text })
    }
  }
}
