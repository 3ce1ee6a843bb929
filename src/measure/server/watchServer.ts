/** Looks at the metrics of a server before a window, once a second in it, and after it. A server without them is no failure. */

import type { Clock } from '../../core/clock.ts'
import { readFigures, type ServerFigures } from './readFigures.ts'

export interface ServerLook {
  /** When the answer was asked for. */
  atMs: number
  figures: ServerFigures
}

export interface ServerLooks {
  /** As its metrics tell: vllm, sglang, tgi, llama-server. */
  engine: string
  looks: readonly ServerLook[]
}

export interface ServerWatch {
  /** The window begins: from now on it looks every second. */
  begin(): void
  /** The window has ended: it looks no more. */
  end(): void
  /** Looks a last time; null when the server offers nothing. */
  stop(): Promise<ServerLooks | null>
}

export interface WatchOptions {
  clock: Clock
  signal: AbortSignal
  /** The text behind an address; null for every answer but 200 and for none. */
  fetchText?(url: string, signal: AbortSignal): Promise<string | null>
}

const everyMs = 1000
const settleMs = 300
/** Past this a look tells of another moment than it was asked for. */
const timeoutMs = 2000

/** Resolves after the first look. */
export async function watchServer(
  url: string | undefined,
  { clock, signal, fetchText = fetchMetrics }: WatchOptions,
): Promise<ServerWatch> {
  const looks: ServerLook[] = []
  let engine: string | null = null
  const look = async (): Promise<void> => {
    if (url === undefined) return
    const atMs = clock.nowMs()
    const text = await fetchText(url, signal)
    const read = text === null ? null : readFigures(text)
    if (read === null) return
    engine = read.engine
    looks.push({ atMs, figures: read.figures })
  }
  await look()
  if (isBusy(looks[0])) {
    // An engine tells of its last step until it makes another: what is left of the warm-up is gone at the second look.
    await clock.sleep(settleMs, signal)
    looks.length = 0
    await look()
  }
  const ended = new AbortController()
  const goOn = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, ended.signal)
      await look()
    }
  }
  let loop: Promise<void> = Promise.resolve()
  return {
    begin() {
      // One that offers nothing at first will not later; the loop ends with the window, which is no failure.
      if (looks.length > 0) loop = goOn().catch(() => {})
    },
    end: () => ended.abort(),
    async stop() {
      ended.abort()
      await loop
      if (engine === null) return null
      await look()
      return { engine, looks }
    },
  }
}

const isBusy = (look: ServerLook | undefined): boolean =>
  (look?.figures.running ?? 0) + (look?.figures.waiting ?? 0) > 0

async function fetchMetrics(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const response = await fetch(url, { signal: limit })
    return response.ok ? await response.text() : null
  } catch {
    signal.throwIfAborted()
    // Metrics come beside the measurement: a look that fails leaves a hole in the series.
    return null
  }
}
