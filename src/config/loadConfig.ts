/** The section `load:` of an experiment: how requests arrive. Schema, contradictions, and what follows from it for planning. */

import { z } from 'zod'
import { isRecord } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'

const positiveInteger = z.int().min(1)
const rate = z.number().positive()

const stageSchema = z.strictObject({
  rate_per_second: rate.describe('requests that arrive per second'),
  duration_seconds: z.number().positive().describe('how long this rate lasts'),
})

export const loadSchema = z.strictObject({
  mode: z
    .enum(['closed', 'offline', 'open', 'stages'])
    .default('closed')
    .describe(
      'closed: a fixed number in flight; offline: all at once; open: on a schedule made before, whatever the server does; stages: the same with one rate after another',
    ),
  concurrency: positiveInteger.default(1).describe('requests in flight at any time (closed)'),
  arrivals: z
    .enum(['constant', 'poisson', 'gamma', 'trace'])
    .default('poisson')
    .describe(
      'constant: evenly spaced; poisson: as many independent users make them; gamma: in bursts; trace: as a file says (open; stages, but for trace)',
    ),
  rate_per_second: rate.optional().describe('requests that arrive per second (open)'),
  burstiness: z
    .number()
    .min(0.01)
    .max(100)
    .default(1)
    .describe('shape of gamma arrivals: 1 is Poisson, below it they come in bursts (open, stages)'),
  trace: z
    .string()
    .min(1)
    .optional()
    .describe('path of a text file with one arrival per line, in seconds (open)'),
  stages: z
    .array(stageSchema)
    .min(1)
    .optional()
    .describe('rates one after another; they decide how many requests are sent (stages)'),
  max_concurrency: positiveInteger
    .optional()
    .describe('most requests in flight; those beyond wait, and their wait is kept (open, stages)'),
  processes: positiveInteger
    .max(64)
    .optional()
    .describe(
      'processes that send, for a server; absent: one, and more past 512 requests in flight, 2000 requests/s or 25 000 planned tokens/s',
    ),
  timeout_seconds: z
    .number()
    .positive()
    .optional()
    .describe('longest time of one request; past it, it is ended and counted as timed out'),
})
export type LoadConfig = z.output<typeof loadSchema>

interface Loaded {
  n: number
  load: LoadConfig
}

/** How many requests are sent in the window. */
export function requestCount({ n, load }: Loaded): number {
  return load.mode === 'stages' ? Math.max(1, Math.round(stagedRequests(load))) : n
}

/** Most requests that can be in flight at once; null where the load sets no limit. */
export function inFlightLimit({ n, load }: Loaded): number | null {
  switch (load.mode) {
    case 'closed':
      return load.concurrency
    case 'offline':
      return n
    case 'open':
    case 'stages':
      return load.max_concurrency ?? null
  }
}

/** Where nothing limits them, as many as a server has to hold before it is far beyond its capacity. */
const unlimitedConnections = 256

/** Connections to open before the window, so that hardly a request waits for one. */
export function connectionCount(config: Loaded): number {
  const limit = inFlightLimit(config) ?? unlimitedConnections
  return Math.min(limit, requestCount(config))
}

function stagedRequests({ stages = [] }: LoadConfig): number {
  return stages.reduce((sum, stage) => sum + stage.rate_per_second * stage.duration_seconds, 0)
}

/** `written` is the whole experiment as a person wrote it. */
export function loadProblems(written: unknown, { load }: { load: LoadConfig }): Problem[] {
  const root = isRecord(written) ? written : {}
  const section = isRecord(root['load']) ? root['load'] : {}
  return [...missingKeys(load), ...unusedKeys(section, load), ...unusedCount(root, load)]
}

const at = (key: string): string[] => ['load', key]

function missingKeys({ mode, arrivals, rate_per_second, trace, stages }: LoadConfig): Problem[] {
  // `because` is the key that asks for the missing one: there somebody can act.
  const missing = (key: string, because: string, what: string, hint: string): Problem[] => [
    { path: at(because), message: `expected ${key} with ${what}, found none`, hint },
  ]
  if (mode === 'stages' && stages === undefined) {
    const hint = 'add stages: [{rate_per_second: 1, duration_seconds: 30}]'
    return missing('stages', 'mode', 'mode: stages', hint)
  }
  if (mode !== 'open') return []
  if (arrivals === 'trace' && trace === undefined)
    return missing('trace', 'arrivals', 'arrivals: trace', 'add trace: arrivals.txt')
  if (arrivals !== 'trace' && rate_per_second === undefined)
    return missing('rate_per_second', 'mode', 'mode: open', 'add rate_per_second: 1')
  return []
}

const shared = ['mode', 'timeout_seconds', 'processes'] as const
const scheduled = [...shared, 'arrivals', 'max_concurrency'] as const

/** A key that this way of arriving does not look at would silently measure another load than was meant. */
function unusedKeys(section: Readonly<Record<string, unknown>>, load: LoadConfig): Problem[] {
  const used: readonly string[] = usedKeys(load)
  const unused = Object.keys(section)
    .filter((key) => !used.includes(key))
    .map((key) => ({
      path: at(key),
      isKey: true as const,
      message: `expected a key of ${wayOf(load)} (${used.filter((one) => one !== 'mode').join(', ')}), found ${key}`,
      hint: hints[key]?.(load) ?? 'remove it',
    }))
  if (load.mode !== 'stages' || load.arrivals !== 'trace') return unused
  const problem: Problem = {
    path: at('arrivals'),
    message: 'expected constant, poisson or gamma with mode: stages, found trace',
    hint: 'use mode: open for a trace',
  }
  return [...unused, problem]
}

function usedKeys({ mode, arrivals }: LoadConfig): readonly string[] {
  const burstiness = arrivals === 'gamma' ? ['burstiness'] : []
  switch (mode) {
    case 'closed':
      return [...shared, 'concurrency']
    case 'offline':
      return shared
    case 'open':
      return [...scheduled, arrivals === 'trace' ? 'trace' : 'rate_per_second', ...burstiness]
    case 'stages':
      return [...scheduled, 'stages', ...burstiness]
  }
}

const wayOf = ({ mode, arrivals }: LoadConfig): string =>
  mode === 'open' ? `mode: open with arrivals: ${arrivals}` : `mode: ${mode}`

/** What to do with a key that is not used; nothing is asked for that is there already. */
const hints: Readonly<Record<string, (load: LoadConfig) => string>> = {
  concurrency: (load) => (isScheduled(load) ? 'use max_concurrency, or remove it' : 'remove it'),
  rate_per_second({ mode }) {
    if (mode === 'stages') return 'remove it: each stage has its own'
    return mode === 'open'
      ? 'remove it: the trace says when requests arrive; or set arrivals: poisson'
      : 'set mode: open, or remove it'
  },
  burstiness: (load) =>
    `set ${isScheduled(load) ? '' : 'mode: open and '}arrivals: gamma, or remove it`,
  trace: ({ mode }) =>
    `set ${mode === 'open' ? '' : 'mode: open and '}arrivals: trace, or remove it`,
  stages: () => 'set mode: stages, or remove it',
  arrivals: () => 'set mode: open, or remove it',
  max_concurrency: ({ mode }) =>
    `set mode: open, or ${mode === 'closed' ? 'use concurrency' : 'remove it'}`,
}

const isScheduled = ({ mode }: LoadConfig): boolean => mode === 'open' || mode === 'stages'

function unusedCount(root: Readonly<Record<string, unknown>>, load: LoadConfig): Problem[] {
  if (load.mode !== 'stages' || root['n'] === undefined) return []
  return [
    {
      path: ['n'],
      isKey: true,
      message: 'expected no n with load.mode: stages, which decide how many requests are sent',
      hint: 'remove it, or change the duration_seconds of a stage',
    },
  ]
}
