/** One line of `summary.json` and `summary.csv`: what came of one run. */

import { z } from 'zod'

const number = z.number().nullable()

/** Columns in the order of the CSV file; null is unknown, or there is none because it was not measured. */
export const summaryRowSchema = z.strictObject({
  id: z.string().describe('name of the run directory'),
  experiment: z.int().min(1).describe('number of the experiment, as `llem plan` counts them'),
  label: z.string().describe('short text that tells the experiment from its neighbors'),
  configHash: z.string().describe('the same for every cycle of an experiment'),
  cycle: z.int().describe('which repetition, from 1'),
  status: z.enum(['measured', 'failed', 'skipped']).describe('what came of it'),
  fields: z.record(z.string(), z.json()).describe('values of the swept fields as written'),
  durationMs: number.describe('length of the measured window'),
  energyJ: number.describe('joules in the window, over all counted domains'),
  energyUncertaintyJ: number.describe('half-width of a 95 % interval'),
  joulesPerOutputToken: number.describe('energyJ over output tokens'),
  isEstimate: z.boolean().nullable().describe('true when a part of energyJ comes from a model'),
  isSynthetic: z.boolean().nullable().describe('true when no sensor is behind energyJ'),
  outputTokensPerSecond: number.describe('output tokens over the window'),
  requestsPerSecond: number.describe('completed requests over the window'),
  goodRequestsPerSecond: number.describe('requests within every limit of slo over the window'),
  requests: number.describe('requests sent in the window'),
  unfinishedRequests: number.describe('requests that failed, timed out or were empty'),
  timeToFirstTokenP50Ms: number.describe('median time to the first token'),
  timeToFirstTokenP99Ms: number.describe('99th percentile of the time to the first token'),
  timeToFirstTokenDueP99Ms: number.describe('the same from when a request was due, on a schedule'),
  interTokenLatencyP50Ms: number.describe('median time per further token'),
  interTokenLatencyP99Ms: number.describe('99th percentile of the time per further token'),
  isClientLimited: z
    .boolean()
    .nullable()
    .describe('true when the load client passed a limit of its own; null without a load client'),
  warnings: z.array(z.string()).nullable().describe('codes of the warnings in the result'),
  ranBeside: z.array(z.string()).nullable().describe('ids of runs that overlapped with it'),
  failureCode: z.string().nullable().describe('code of the error catalogue'),
  reason: z.string().nullable().describe('why it failed or was skipped'),
})
export type SummaryRow = z.infer<typeof summaryRowSchema>

/** The figures of the window, unknown. */
export const noFigures = {
  durationMs: null,
  energyJ: null,
  energyUncertaintyJ: null,
  joulesPerOutputToken: null,
  isEstimate: null,
  isSynthetic: null,
  outputTokensPerSecond: null,
  requestsPerSecond: null,
  goodRequestsPerSecond: null,
  timeToFirstTokenP50Ms: null,
  timeToFirstTokenP99Ms: null,
  timeToFirstTokenDueP99Ms: null,
  interTokenLatencyP50Ms: null,
  interTokenLatencyP99Ms: null,
} as const satisfies Partial<SummaryRow>

/** What a row says of a run that has no result. */
export const unmeasured = {
  ...noFigures,
  requests: null,
  unfinishedRequests: null,
  isClientLimited: null,
  warnings: null,
  ranBeside: null,
  failureCode: null,
  reason: null,
} as const satisfies Partial<SummaryRow>

/** The head of the CSV file: names of columns with their unit, the swept fields as they are written. */
export function csvHead(sweptFields: readonly string[]): string {
  return csvLine([...before.map(snakeCase), ...sweptFields, ...after.map(snakeCase)])
}

export function csvRow(row: SummaryRow, sweptFields: readonly string[]): string {
  const swept = sweptFields.map((field) => row.fields[field] ?? null)
  return csvLine([
    ...before.map((key) => row[key]),
    ...swept,
    ...after.map((key) => cellOf(row, key)),
  ])
}

const before = ['id', 'experiment', 'label', 'cycle', 'status'] as const
const after = [
  'durationMs',
  'energyJ',
  'energyUncertaintyJ',
  'joulesPerOutputToken',
  'isEstimate',
  'isSynthetic',
  'outputTokensPerSecond',
  'requestsPerSecond',
  'goodRequestsPerSecond',
  'requests',
  'unfinishedRequests',
  'timeToFirstTokenP50Ms',
  'timeToFirstTokenP99Ms',
  'timeToFirstTokenDueP99Ms',
  'interTokenLatencyP50Ms',
  'interTokenLatencyP99Ms',
  'isClientLimited',
  'warnings',
  'ranBeside',
  'failureCode',
  'reason',
  'configHash',
] as const

function cellOf(row: SummaryRow, key: (typeof after)[number]): unknown {
  const value = row[key]
  return Array.isArray(value) ? value.join(' ') : value
}

const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** RFC 4180, lines ended by LF; unknown is an empty cell. */
function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\n`
}

function csvCell(value: unknown): string {
  if (value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
