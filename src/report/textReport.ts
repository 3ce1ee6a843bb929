/** The summary a person reads after a run: what was measured, what it cost, how fast it was and what to be careful about. */

import { formatBytes, formatCount, formatDuration, formatNumber } from '../core/units.ts'
import type { Result } from '../store/resultFile.ts'
import { counted } from './counted.ts'
import { deviceRows } from './deviceRows.ts'
import { domainTable } from './domainTable.ts'
import { energySection, type Row } from './energySection.ts'
import { environmentLine } from './environmentLine.ts'
import { latencyTable } from './latencyTable.ts'
import { paintFor } from './paint.ts'
import { phaseRows } from './phaseRows.ts'
import { renderWarnings } from './renderWarnings.ts'
import { stageTable } from './stageTable.ts'
import { wrapRow } from './wrapRow.ts'

export interface ReportOptions {
  /** Columns of the terminal. */
  width: number
  isColor: boolean
  /** Where the result lies; named at the end. */
  directory: string
}

/** One result as text; every figure to three significant digits with its unit. Ends with a newline. */
export function renderResult(result: Result, options: ReportOptions): string {
  const { width, isColor, directory } = options
  const paint = paintFor(isColor)
  const rows = (section: readonly Row[]): string[] =>
    section.flatMap(({ label, text }) => wrapRow(label, text, width))
  const domains = domainTable(result, width)
  const latency = latencyTable(result)
  const stages = stageTable(result)
  const sections = [
    [paint.bold(titleOf(result)), ...rows(workSection(result))],
    [
      paint.bold(`Energy in ${formatDuration(result.durationMs)}`),
      ...rows([...energySection(result), ...phaseRows(result)]),
    ],
    ...(domains.lines.length === 0 ? [] : [[paint.bold(domains.heading), ...domains.lines]]),
    [paint.bold('Throughput'), ...rows(throughputSection(result))],
    [paint.bold(latency.heading), ...latency.rows],
    ...(stages.lines.length === 0 ? [] : [[paint.bold(stages.heading), ...stages.lines]]),
    [paint.bold('Conditions'), ...rows(conditionsSection(result))],
    ...(result.warnings.length === 0
      ? []
      : [[paint.bold('Warnings'), ...renderWarnings(result.warnings, { width, paint })]]),
    [`${paint.bold('Files')}  ${directory}`],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function titleOf({ experiment, backend }: Result): string {
  return `${experiment.config.model} on ${backend.name} ${backend.version}`
}

function workSection(result: Result): Row[] {
  const { model, requests, tokens, experiment, observed } = result
  const { precision } = experiment.config
  const cut =
    tokens.discardedInputTokens > 0
      ? `; ${tokens.discardedInputTokens} input tokens cut off before the window`
      : ''
  return [
    {
      label: 'model',
      text:
        model === null
          ? `unknown to the engine${precision === undefined ? '' : `, asked for ${precision}`}`
          : [
              model.architecture,
              model.parameterCount === null
                ? 'parameters unknown'
                : `${formatCount(model.parameterCount)} parameters`,
              `${model.weights} ${model.weightType} weights (${formatBytes(model.weightBytes)})`,
            ].join(', '),
    },
    ...engineRows(observed),
    {
      label: 'requests',
      text: [
        `${requests.completed} completed`,
        ...(requests.failed > 0 ? [`${requests.failed} failed`] : []),
        ...(requests.timedOut > 0 ? [`${requests.timedOut} timed out`] : []),
        ...(requests.empty > 0 ? [`${requests.empty} empty`] : []),
        loadText(result),
      ].join(', '),
    },
    {
      label: 'tokens',
      text: `${known(tokens.inputTokens)} in, ${known(tokens.outputTokens)} out${cut}`,
    },
  ]
}

/** Engines that compute on the CPU say with how many threads: it decides their speed and power. */
function engineRows({ threads }: Result['observed']): Row[] {
  return typeof threads === 'number'
    ? [{ label: 'engine', text: counted(threads, 'CPU thread') }]
    : []
}

function loadText({ requests, experiment }: Result): string {
  const { mode, concurrency, meanInFlight, peakInFlight } = requests
  const { arrivals, rate_per_second } = experiment.config.load
  const inFlight = `${formatNumber(meanInFlight)} in flight on average, ${peakInFlight} at most`
  switch (mode) {
    case 'closed':
      return `${concurrency} at a time`
    case 'offline':
      return 'all at once'
    case 'open':
      return rate_per_second === undefined
        ? `as in a trace, ${inFlight}`
        : `${arrivals} at ${formatNumber(rate_per_second)}/s, ${inFlight}`
    case 'stages':
      return `${arrivals} in stages, ${inFlight}`
  }
}

function throughputSection({ throughput, goodput, compute }: Result): Row[] {
  const { outputTokensPerSecond, totalTokensPerSecond, requestsPerSecond } = throughput
  return [
    { label: 'output', text: rate(outputTokensPerSecond, 'tokens/s') },
    { label: 'input + output', text: rate(totalTokensPerSecond, 'tokens/s') },
    { label: 'requests', text: rate(requestsPerSecond, 'requests/s') },
    ...(compute?.modelFlopsUtilization == null
      ? []
      : [
          {
            label: 'arithmetic',
            text: `${formatNumber(100 * compute.modelFlopsUtilization)} % of the peak of ${compute.devices.join(', ')}`,
          },
        ]),
    ...(goodput === null
      ? []
      : [
          {
            label: 'goodput',
            text: `${rate(goodput.requestsPerSecond, 'requests/s')}, ${formatNumber(goodput.share * 100)} % kept every limit of slo`,
          },
        ]),
  ]
}

function conditionsSection({ memory, warmup, harness, devices, environment }: Result): Row[] {
  return [
    {
      label: 'memory',
      text: `${bytes(memory.peakBytes)} peak, ${bytes(memory.modelBytes)} added by the model`,
    },
    { label: 'warm-up', text: warmupText(warmup) },
    ...deviceRows(devices),
    {
      label: 'our own cost',
      text: costText(harness),
    },
    { label: 'machine', text: environmentLine(environment) },
  ]
}

function costText({ cpuMs, cpuShare }: Result['harness']): string {
  if (cpuMs === null) return 'unknown'
  const most = `at most ${formatDuration(cpuMs)}`
  return cpuShare === null
    ? `${most} of CPU time in the window`
    : `${formatNumber(cpuShare * 100)} % of the run's CPU time in the window (${most})`
}

function warmupText(warmup: Result['warmup']): string {
  if (warmup === null) return 'none'
  const { requests, isSteady, variation, durationMs } = warmup
  const verdict = isSteady ? 'steady' : 'not steady'
  const detail = variation === null ? '' : ` (variation ${formatNumber(variation * 100)} %)`
  return `${verdict} after ${requests} requests in ${formatDuration(durationMs)}${detail}`
}

const known = (count: number | null): string => (count === null ? 'unknown' : String(count))
const bytes = (count: number | null): string => (count === null ? 'unknown' : formatBytes(count))
const rate = (value: number | null, unit: string): string =>
  value === null ? 'unknown' : `${formatNumber(value)} ${unit}`
