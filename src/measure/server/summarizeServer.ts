/** What the server says of itself in the window, and what a reader must know of it. Pure. */

import { secondsToMs } from '../../core/units.ts'
import { type Warning, warn } from '../../core/warnings.ts'
import { mean } from '../../stats/descriptive.ts'
import type { Result, Window } from '../../store/resultFile.ts'
import type { RequestRecord } from '../../workloads/driveLoad.ts'
import type { ServerFigure } from './metricNames.ts'
import type { ServerLook, ServerLooks } from './watchServer.ts'

/** Below this, one look decides what is said of the whole window. */
const fewestLooks = 3

export function summarizeServer(watched: ServerLooks | null, window: Window): Result['server'] {
  if (watched === null) return null
  const { engine, looks } = watched
  const inside = looks.filter(({ atMs }) => atMs >= window.startMs && atMs <= window.endMs)
  const gaugeOf = (figure: ServerFigure) => gauge(inside.map(({ figures }) => figures[figure]))
  const series = (figure: ServerFigure) => looks.map(({ figures }) => figures[figure])
  const rise = (figure: ServerFigure) => riseOf(looks, figure)
  const meanMs = (seconds: ServerFigure, count: ServerFigure): number | null => {
    const [sum, samples] = [rise(seconds), rise(count)]
    return sum === null || samples === null || samples === 0 ? null : secondsToMs(sum / samples)
  }
  return {
    engine,
    looks: looks.length,
    looksInWindow: inside.length,
    running: gaugeOf('running'),
    waiting: gaugeOf('waiting'),
    kvCacheShare: gaugeOf('kvCacheShare'),
    meanQueueMs: meanMs('queueSeconds', 'queueCount'),
    meanTimeToFirstTokenMs: meanMs('firstTokenSeconds', 'firstTokenCount'),
    meanEndToEndMs: meanMs('endToEndSeconds', 'endToEndCount'),
    promptTokens: rise('promptTokens'),
    cachedPromptTokens: rise('cachedPromptTokens'),
    generatedTokens: rise('generatedTokens'),
    series: {
      atMs: looks.map(({ atMs }) => atMs),
      running: series('running'),
      waiting: series('waiting'),
      kvCacheShare: series('kvCacheShare'),
    },
  }
}

/** From the first look to the last: what the window added. A total that falls was set back, and tells nothing. */
function riseOf(looks: readonly ServerLook[], figure: ServerFigure): number | null {
  const [first, last] = [looks[0]?.figures[figure], looks.at(-1)?.figures[figure]]
  if (first == null || last == null || last < first) return null
  return last - first
}

/** Null from too few looks: a gauge tells of one moment, and the looks before and after the window of moments without work. */
function gauge(series: readonly (number | null)[]) {
  const known = series.filter((value) => value !== null)
  const average = known.length < fewestLooks ? null : mean(known)
  return average === null ? null : { mean: average, max: Math.max(...known) }
}

interface CacheFacts {
  server: Result['server']
  records: readonly RequestRecord[]
  /** True where a prefix cache was asked for. */
  usesPrefixCache: boolean
  /** What was told before: an engine may have told of its cache itself. */
  warnings: readonly Warning[]
}

/** The first look is before the window: nothing of ours runs then. */
export function serverWarnings({
  server,
  records,
  usesPrefixCache,
  warnings,
}: CacheFacts): Warning[] {
  const running = server?.series.running[0] ?? 0
  const waiting = server?.series.waiting[0] ?? 0
  const cachedTokens = cachedIn(records) ?? server?.cachedPromptTokens ?? 0
  const inputTokens = inputIn(records) ?? server?.promptTokens ?? cachedTokens
  const isTold = usesPrefixCache || warnings.some(({ code }) => code === 'PREFIX_CACHE_USED')
  return [
    ...(server !== null && server.looksInWindow < fewestLooks
      ? [warn('SERVER_LOOKS_FEW', { looks: server.looksInWindow, needed: fewestLooks })]
      : []),
    ...(running + waiting > 0 ? [warn('SERVER_BUSY', { running, waiting })] : []),
    ...(cachedTokens > 0 && !isTold
      ? [warn('PREFIX_CACHE_USED', { cachedTokens, inputTokens })]
      : []),
  ]
}

/** As told with the answers; null when no answer tells. */
function cachedIn(records: readonly RequestRecord[]): number | null {
  const told = records.flatMap(({ outcome }) =>
    outcome.status === 'completed' ? (outcome.completion.cachedInputTokens ?? []) : [],
  )
  return told.length === 0 ? null : told.reduce((sum, tokens) => sum + tokens, 0)
}

function inputIn(records: readonly RequestRecord[]): number | null {
  return records.reduce<number | null>((sum, { outcome }) => {
    if (outcome.status !== 'completed') return sum
    const { inputTokens } = outcome.completion
    return sum === null || inputTokens === null ? null : sum + inputTokens
  }, 0)
}
