/** `result.json`: everything that one experiment found out. Numbers carry their unit; null is unknown, with a warning that says why. */

import { z } from 'zod'
import { clientProofSchema, limitBreachSchema } from '../core/clientProof.ts'
import { energyDomainSchema } from '../core/energyDomain.ts'
import { phaseNames } from '../core/phases.ts'
import { warningSchema } from '../core/warnings.ts'
import { baselineSummarySchema } from './baselineFile.ts'
import { computeSchema } from './computeSummary.ts'
import { deviceSummarySchema } from './deviceSummary.ts'
import { environmentSchema } from './environmentFile.ts'
import { experimentFileSchema } from './experimentFile.ts'
import { loadFields } from './resultLoad.ts'

const joules = z.number().nullable().describe('joules')
const watts = z.number().nullable().describe('watts')
const count = z.int().min(0)

const windowSchema = z.strictObject({
  startMs: z.number().describe('CLOCK_MONOTONIC, milliseconds'),
  endMs: z.number().describe('CLOCK_MONOTONIC, milliseconds'),
})
export type Window = z.infer<typeof windowSchema>

const standardJ = z.number().min(0)

/** Standard uncertainties in joules, one per cause, and the interval they make. */
const uncertaintySchema = z.strictObject({
  boundaryJ: standardJ.describe(
    'where the window begins and ends between two values of the sensor',
  ),
  samplingJ: standardJ.describe('what the sensor did not look at'),
  gainJ: standardJ.describe(
    'the sensor itself: the same in every run on one board, so it cancels when they are compared',
  ),
  resolutionJ: standardJ.describe('smallest step of the sensor'),
  baselineJ: standardJ.describe('the idle power that was taken off; 0 where none was'),
  attributionJ: standardJ.describe('what other programs on this machine may have used'),
  expandedJ: standardJ.describe('half-width of a 95 % interval of all terms together'),
})
export type UncertaintyBudget = z.infer<typeof uncertaintySchema>
const uncertainty = uncertaintySchema.nullable()

const domainEnergySchema = z.strictObject({
  domain: energyDomainSchema.describe('what was read'),
  energyJ: joules.describe('joules in the window: alignedEnergyJ where known, else plainEnergyJ'),
  plainEnergyJ: joules.describe('by the line through the readings; windows that meet add up'),
  alignedEnergyJ: joules.describe(
    'between the changes of the counter just outside the window, less quiet power for the rest; null where they were not seen',
  ),
  uncertaintyJ: joules.describe(
    'half-width of a 95 % interval, all terms together; null for an estimate, whose error is not known',
  ),
  uncertainty: uncertainty.describe('the same term by term'),
  meanPowerW: watts.describe('energy over the length of the window'),
  maxPowerW: watts.describe('highest power read or derived between two readings'),
  idlePowerW: watts.describe('mean before the model was loaded'),
  loadedIdlePowerW: watts.describe('mean with the model loaded and no request'),
  energyAboveIdleJ: joules.describe('energy less idle power times the window; may be negative'),
  aboveIdleUncertainty: uncertainty.describe('of energyAboveIdleJ'),
  energyAboveLoadedIdleJ: joules.describe(
    'energy less loaded-idle power times the window; may be negative',
  ),
  aboveLoadedIdleUncertainty: uncertainty.describe('of energyAboveLoadedIdleJ'),
  readCount: count.describe('readings in the window that changed'),
})
export type DomainEnergy = z.infer<typeof domainEnergySchema>

const totalEnergySchema = z.strictObject({
  energyJ: joules.describe('sum over the counted domains; null when one of them is unknown'),
  uncertaintyJ: joules.describe('half-width of a 95 % interval; null when a part of it is unknown'),
  uncertainty: uncertainty.describe('the same term by term'),
  domains: z.array(z.string()).describe('the domains summed: each joule once'),
  isEstimate: z.boolean().describe('true when a part comes from a model instead of a sensor'),
  isSynthetic: z.boolean().describe('true when no sensor of this machine is behind it'),
  energyAboveIdleJ: joules.describe('the same above idle power, before the model was loaded'),
  aboveIdleUncertainty: uncertainty.describe('of energyAboveIdleJ'),
  energyAboveLoadedIdleJ: joules.describe('the same above the power with the model loaded'),
  aboveLoadedIdleUncertainty: uncertainty.describe('of energyAboveLoadedIdleJ'),
  joulesPerOutputToken: joules.describe('energyJ / outputTokens'),
  joulesPerRequest: joules.describe('energyJ / requests measured'),
  outputTokensPerJoule: z.number().nullable().describe('outputTokens / energyJ'),
  energyDelayJs: z
    .number()
    .nullable()
    .describe('joulesPerRequest times the mean time of a request, in joule seconds'),
  meanPowerW: watts.describe('energyJ over the length of the window'),
  maxPowerW: watts.describe(
    'highest power of the counted domain; null for several, whose peaks need not meet',
  ),
})
export type TotalEnergy = z.infer<typeof totalEnergySchema>

const agreementSchema = z.strictObject({
  kind: z
    .enum(['methods', 'sources', 'parts'])
    .describe('counter and watts of one domain; two domains; a whole and the parts of it'),
  first: z.string().describe('what was compared: a domain, or one of its readings'),
  second: z.string().describe('with what'),
  firstJ: joules.describe('joules in the window by the first'),
  secondJ: joules.describe('joules in the window by the second'),
  limitJ: joules.describe('difference that both explain; null when one is unknown'),
  verdict: z.enum(['agree', 'differ', 'unknown']).describe('whether they say the same'),
  cause: z
    .enum([
      'stuck',
      'backwards',
      'zero',
      'doubled',
      'averaged',
      'wrapped',
      'wrong device',
      'module scope',
    ])
    .nullable()
    .describe('why they differ, most likely; null when they agree or nothing points to a cause'),
})
export type Agreement = z.infer<typeof agreementSchema>

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(1).describe('version of this format'),
  version: z.string().describe('version of llenergymeasure that measured'),
  experiment: experimentFileSchema.describe('declared and resolved configuration'),
  observed: z.record(z.string(), z.json()).describe('what the engine says it really used'),
  backend: z
    .strictObject({
      name: z.string().describe('as in the study file'),
      version: z.string().describe('version of the engine itself'),
    })
    .describe('what generated the tokens'),
  model: z
    .strictObject({
      name: z.string().describe('as the engine or its file names it'),
      architecture: z.string().describe('family: llama, qwen2, ...'),
      parameterCount: count.describe('exact, from the list of tensors'),
      activeParameterCount: count.describe(
        'parameters that take part in a product for every token',
      ),
      layerCount: count.nullable().describe('transformer blocks'),
      attentionWidth: count.nullable().describe('query heads times head dimension'),
      cacheWidth: count
        .nullable()
        .describe('numbers that one token leaves in the cache of one layer, keys and values'),
      weightType: z.string().describe('tensor type that holds most of the weights'),
      weightBytes: count.describe('size of all tensors'),
      weights: z
        .enum(['trained', 'random'])
        .describe('random: a synthetic model, right in shape and meaningless in text'),
      contextLength: count.nullable().describe('longest context the model was made for, in tokens'),
    })
    .nullable()
    .describe('the model that was really loaded; null when the engine does not tell'),
  startedAt: z.string().describe('wall time of the start of the window, ISO 8601: a label'),
  window: windowSchema.describe(
    'the one window of energy, time and tokens: first request sent to last completed',
  ),
  durationMs: z.number().describe('length of the window'),
  phases: z
    .array(
      z.strictObject({
        phase: z.enum(phaseNames).describe('name of the phase'),
        ...windowSchema.shape,
      }),
    )
    .describe('every phase that ran, in order'),
  energy: z
    .strictObject({
      total: totalEnergySchema.describe('the counted domains together'),
      domains: z.array(domainEnergySchema).describe('each domain by itself'),
      agreements: z
        .array(agreementSchema)
        .describe('every pair of readings that must say the same, and whether they do'),
      baseline: baselineSummarySchema
        .nullable()
        .describe('how idle power before launch came about; null when there is none'),
      quiet: z
        .strictObject({
          before: windowSchema.describe('up to the start of the window'),
          after: windowSchema.describe('from its end'),
        })
        .nullable()
        .describe(
          'times around the window in which nothing was asked of the engine and the counters were polled; null when none needs it',
        ),
      sampler: z
        .strictObject({
          intervalMs: z.number().describe('time between two readings that was asked for'),
          ticks: count.describe('rounds of readings in the window'),
          intervalErrorP99Ms: z
            .number()
            .nullable()
            .describe('how late the sampler woke, 99th percentile'),
          cpuMs: z.number().nullable().describe('CPU time of the sampler thread in the window'),
        })
        .describe('how the readings were taken'),
    })
    .describe('what was used in the window'),
  devices: z
    .array(deviceSummarySchema)
    .describe('accelerators whose driver tells what they were doing in the window'),
  ...loadFields,
  memory: z
    .strictObject({
      peakBytes: count
        .nullable()
        .describe('peak resident memory of the process that ran the engine'),
      modelBytes: count.nullable().describe('resident memory added by loading the model'),
    })
    .describe('memory on the host'),
  compute: computeSchema
    .nullable()
    .describe('arithmetic of the window; null when the model is not known'),
  warmup: z
    .strictObject({
      requests: count.describe('requests run before the window'),
      isSteady: z.boolean().describe('whether throughput had settled'),
      variation: z
        .number()
        .nullable()
        .describe('coefficient of variation of throughput over the last requests'),
      durationMs: z.number().describe('length of the warm-up'),
    })
    .nullable()
    .describe('null when warm-up was off'),
  harness: z
    .strictObject({
      cpuMs: z
        .number()
        .nullable()
        .describe('CPU time of the harness outside the engine in the window, upper bound'),
      cpuShare: z
        .number()
        .nullable()
        .describe(
          'the same over the CPU time of the whole process and of an engine that it started',
        ),
      eventLoopDelayP99Ms: z
        .number()
        .nullable()
        .describe('how late the event loop of the measured process ran, 99th percentile'),
    })
    .describe('what measuring cost'),
  client: clientProofSchema
    .nullable()
    .describe('how near the load client came to its limits; null for an engine in the worker'),
  clientLimits: z
    .array(limitBreachSchema)
    .nullable()
    .describe(
      'limits that the load client passed, worst first: what was slow may have been the client; null for an engine in the worker',
    ),
  environment: environmentSchema.describe('the machine as the measured process saw it'),
  ranBeside: z
    .array(z.string())
    .describe(
      'ids of the runs of this study that overlapped with it, on other GPUs; a run that was ended and run again counts',
    ),
  warnings: z.array(warningSchema).describe('what a reader of these figures must know'),
})
export type Result = z.infer<typeof resultSchema>
