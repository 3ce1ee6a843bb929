/** Everything that is told while work goes on: one union for what a worker says, one for what a study says. */

import { z } from 'zod'
import { phaseNames } from './phases.ts'
import { type Warning, warningSchema } from './warnings.ts'

const atMs = z.number().describe('CLOCK_MONOTONIC, milliseconds')

/** A failure as data: what the worker says before it ends, and what a failure record holds. */
export const failureSchema = z.strictObject({
  code: z.string().describe('code of the error catalogue'),
  message: z.string().describe('what was expected and what was found'),
  hint: z.string().describe('what to do next'),
  phase: z
    .enum(phaseNames)
    .nullable()
    .describe('the phase it happened in; null when no phase had begun'),
})
export type Failure = z.infer<typeof failureSchema>

export const workerEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('phaseStarted'), phase: z.enum(phaseNames), atMs }),
  z.strictObject({
    type: z.literal('phaseEnded'),
    phase: z.enum(phaseNames),
    atMs,
    durationMs: z.number(),
  }),
  z.strictObject({
    type: z.literal('progress'),
    label: z.string().describe('what is being waited for'),
    done: z.number(),
    total: z.number().nullable().describe('null when the end is not known'),
    unit: z.enum(['bytes', 'requests', 'ms']),
  }),
  z.strictObject({
    type: z.literal('load'),
    phase: z.enum(['warmup', 'measure']),
    requestsDone: z.number(),
    requestsTotal: z.number().nullable(),
    outputTokens: z.number(),
    tokensPerSecond: z.number().nullable(),
  }),
  z.strictObject({
    type: z.literal('power'),
    watts: z.number().nullable().describe('sum over the domains that count towards the total'),
    isEstimate: z.boolean(),
  }),
  z.strictObject({ type: z.literal('warned'), warning: warningSchema }),
  z.strictObject({ type: z.literal('resultWritten'), atMs }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
])
export type WorkerEvent = z.infer<typeof workerEventSchema>

/** How a study ended: one for each cause. Nothing overwrites a status once written. */
export const studyStatuses = [
  'completed',
  'interrupted',
  'circuit_broken',
  'failed_fast',
  'timed_out',
] as const
export type StudyStatus = (typeof studyStatuses)[number]

/** How many runs of the whole study have which outcome; `skipped` ones run when it is resumed. */
export interface OutcomeCounts {
  measured: number
  failed: number
  skipped: number
}

/** Why nothing is measured just now. */
export type WaitReason = 'experiment_gap' | 'cycle_gap' | 'circuit_breaker' | 'devices_in_use'

/** What is done with an image before the first experiment. */
export type PrepareTask = 'pull' | 'check'

export type StudyEvent =
  /** `measured` of the `total` were measured before, by the study that is resumed. */
  | { type: 'studyStarted'; directory: string; total: number; measured: number }
  /** Told when a wait begins and again when its temperature was read. */
  | {
      type: 'waiting'
      reason: WaitReason
      /** CLOCK_MONOTONIC, milliseconds: when it ends at the latest; null when nobody knows. */
      untilMs: number | null
      /** Temperature of the hottest device, and the one that ends the wait; null when it is not waited for. */
      celsius: { now: number; until: number } | null
      /** Who has what is waited for, in words; null when nobody has, or does not say. */
      holder: string | null
    }
  | { type: 'waited'; reason: WaitReason }
  /** Backends whose runner nobody chose: they run in containers, since the study has several. */
  | { type: 'runnersElevated'; backends: readonly string[] }
  /** Told when it begins and again when more of it is done; `total` grows while its parts are found. */
  | { type: 'preparing'; task: PrepareTask; image: string; done: number; total: number | null }
  | { type: 'prepared'; task: PrepareTask; image: string }
  /** Something about the study as a whole that a reader of its figures must know. */
  | { type: 'studyWarned'; warning: Warning }
  | {
      type: 'experimentStarted'
      id: string
      index: number
      total: number
      label: string
      /** Null until a run has ended. */
      rest: RestEstimate | null
    }
  | { type: 'worker'; id: string; event: WorkerEvent }
  /** `figures` are null unless it was measured. */
  | {
      type: 'experimentEnded'
      id: string
      index: number
      outcome: OutcomeSummary
      figures: RunFigures | null
    }
  | ({ type: 'studyEnded'; status: StudyStatus } & OutcomeCounts)

export type OutcomeSummary =
  | { status: 'measured'; directory: string }
  | { status: 'failed'; directory: string; failure: Failure }
  | { status: 'skipped'; reason: string }

/** How long the study will go on from the start of a run, that run included, and what it is judged by. */
export interface RestEstimate {
  restMs: number
  /** Runs of this session that have ended. */
  ended: number
  /** Runs that are left, and those of them whose experiment has run before: they are judged by its own mean. */
  left: number
  leftOfKnown: number
}

/** What a watcher wants to know of a run at once; null is unknown. */
export interface RunFigures {
  energyJ: number | null
  /** True when a part of the energy comes from a model, and when no sensor of this machine is behind it. */
  isEstimate: boolean
  isSynthetic: boolean
  joulesPerOutputToken: number | null
  outputTokensPerSecond: number | null
  /** The load client passed a limit of its own: it may have been what was slow. */
  isClientLimited: boolean
}
