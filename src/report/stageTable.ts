/** The rates of a ramp in the text report: a row for each, in the order they came. */

import { formatDuration, formatNumber } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import { labelWidth } from './wrapRow.ts'

const columnWidth = 10

/** A heading and a line per stage; no lines for other loads. Latencies are from the time a request was due. */
export function stageTable({ stages }: Result): { heading: string; lines: string[] } {
  const hasGoodput = stages?.some(({ goodput }) => goodput !== null) === true
  const titles = ['requests', 'failed', 'TTFT p50', 'TTFT p99', 'e2e p50']
  return {
    heading: `${'Stages, ms from due'.padEnd(labelWidth)}${cells([...titles, ...(hasGoodput ? ['goodput'] : [])])}`,
    lines: (stages ?? []).map(lineOf),
  }
}

type Stage = NonNullable<Result['stages']>[number]

function lineOf(stage: Stage): string {
  const { ratePerSecond, durationMs, requests, completed, goodput } = stage
  const { timeToFirstToken, endToEnd } = stage
  const label = `  ${formatNumber(ratePerSecond)}/s, ${formatDuration(durationMs)}`
  const figures = [timeToFirstToken?.p50Ms, timeToFirstToken?.p99Ms, endToEnd?.p50Ms]
  return `${label.padEnd(labelWidth)}${cells([
    String(requests),
    String(requests - completed),
    ...figures.map((ms) => (ms === undefined ? 'unknown' : formatNumber(ms))),
    ...(goodput === null ? [] : [`${formatNumber(100 * goodput.share)} %`]),
  ])}`
}

const cells = (texts: readonly string[]): string =>
  texts.map((text) => text.padStart(columnWidth)).join('')
