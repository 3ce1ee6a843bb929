/** The figures of one look at an engine's metrics, whichever engine it is. Pure. */

import { metricNames, type ServerFigure } from './metricNames.ts'
import { type Metrics, parseMetrics } from './parseMetrics.ts'

export type ServerFigures = Readonly<Record<ServerFigure, number | null>>

const wanted: ReadonlySet<string> = new Set(
  Object.values(metricNames).flatMap((names) => Object.values(names).flat()),
)

/** Null for a text that no engine we know writes. */
export function readFigures(text: string): { engine: string; figures: ServerFigures } | null {
  const metrics = parseMetrics(text, wanted)
  for (const [engine, names] of Object.entries(metricNames)) {
    const figure = (name: ServerFigure): number | null => firstOf(metrics, names[name] ?? [])
    const figures = {
      running: figure('running'),
      waiting: figure('waiting'),
      kvCacheShare: figure('kvCacheShare'),
      queueSeconds: figure('queueSeconds'),
      queueCount: figure('queueCount'),
      firstTokenSeconds: figure('firstTokenSeconds'),
      firstTokenCount: figure('firstTokenCount'),
      endToEndSeconds: figure('endToEndSeconds'),
      endToEndCount: figure('endToEndCount'),
      promptTokens: figure('promptTokens'),
      cachedPromptTokens: figure('cachedPromptTokens'),
      generatedTokens: figure('generatedTokens'),
      cacheLookups: figure('cacheLookups'),
      cacheHitShare: figure('cacheHitShare'),
    }
    if (Object.values(figures).some((value) => value !== null)) return { engine, figures }
  }
  return null
}

function firstOf(metrics: Metrics, names: readonly string[]): number | null {
  const found = names.find((name) => metrics.has(name))
  return found === undefined ? null : (metrics.get(found) ?? null)
}
