/** What a whole study may take of time, energy, disk and memory: the sum of its runs and the rests between them. */

import type { Backend, Forecast, ModelOutline } from '../backends/backend.ts'
import type { ExperimentParser } from '../config/experimentParser.ts'
import type { Experiment } from '../config/experimentSchema.ts'
import type { StudyPlan } from '../store/planFile.ts'
import type {
  MemoryEstimate,
  OneEstimate,
  PlanMachine,
  PlannedBackend,
  PlanSummary,
  StudyEstimate,
} from '../store/planSummary.ts'
import { type EarlierRun, type EarlierRuns, kindOf, nearestRun } from './earlierRuns.ts'
import { basisTally } from './estimateBases.ts'
import { type ExperimentEstimate, estimateExperiment } from './estimateExperiment.ts'
import { foreseeRuns } from './foreseeRuns.ts'
import { gapBetween } from './gapBetween.ts'
import { gpuShare } from './gpuShare.ts'

export interface EstimateDeps {
  parser: ExperimentParser
  backends: readonly Backend<unknown>[]
  earlier: EarlierRuns
  machine: PlanMachine
}

export interface EstimatedStudy extends Pick<PlanSummary, 'estimate' | 'experimentEstimates'> {
  /** What the runs of each backend take. */
  gpus: ReadonlyMap<string, PlannedBackend['gpus']>
}

/** Looks at each experiment once and keeps a few figures of it. */
export async function estimateStudy(plan: StudyPlan, deps: EstimateDeps): Promise<EstimatedStudy> {
  const { parser, earlier, machine } = deps
  const foresee = foreseer(deps.backends)
  const sums = studySums(plan.settings.execution.n_cycles)
  const gpus = new Map<string, PlannedBackend['gpus']>()
  const experimentEstimates: (OneEstimate | null)[] = []
  const shares: (number | null)[] = []
  for (const { label, declared } of plan.experiments) {
    const parsed = parser.parse(declared)
    // A plan of another version: the run will say what has changed.
    if (!parsed.ok) {
      experimentEstimates.push(null)
      shares.push(null)
      continue
    }
    const { config } = parsed.value
    const foreseen = await foresee(parsed.value)
    const nearest = nearestRun(earlier, config)
    const one = estimateExperiment({ config, ...foreseen, earlier: nearest, machine })
    const { forecast } = foreseen
    const memory = memoryOf(label, forecast, machine)
    sums.add({ one, nearest, memory })
    gpus.set(config.backend, widest(gpus.get(config.backend), forecast))
    const { durationMs, energyJ, resultBytes } = one
    const memoryBytes = memory?.totalBytes ?? null
    experimentEstimates.push({ durationMs, energyJ, resultBytes, memoryBytes })
    shares.push(gpuShare(config, forecast, machine.gpus.length))
  }
  const summed = sums.total(restsOf(plan))
  const durationMs = sideBySideMs(plan, experimentEstimates, { shares, machine })
  const estimate =
    durationMs === null ? summed : { ...summed, durationMs, restMs: 0, isSideBySide: true }
  return { estimate, experimentEstimates, gpus }
}

/** Until the last run has ended, where runs share out GPUs; null where they go one after the other. */
function sideBySideMs(
  { slots, settings: { execution } }: StudyPlan,
  estimates: readonly (OneEstimate | null)[],
  { shares, machine }: { shares: readonly (number | null)[]; machine: PlanMachine },
): number | null {
  const count = machine.gpus.length
  if (execution.parallel === 'off' || count < 2) return null
  const runs = slots.map(({ cycle, index }) => {
    const share = shares[index] ?? null
    const durationMs = estimates[index]?.durationMs ?? 0
    return { cycle, durationMs, count: share ?? count, isAlone: share === null }
  })
  let endMs = 0
  for (const run of foreseeRuns(runs, count, execution)) endMs = Math.max(endMs, run.endMs)
  return endMs
}

interface Estimated {
  one: ExperimentEstimate
  /** The earlier run that it rests on. */
  nearest: EarlierRun | null
  memory: MemoryEstimate | null
}

/** Adds up what is the same in every cycle. */
function studySums(cycles: number) {
  const durations = basisTally()
  const powers = basisTally()
  const sum = { durationMs: 0, energyJ: 0, bytes: 0 }
  const unknown = { energy: 0, memory: 0 }
  let largest: MemoryEstimate | null = null
  return {
    add({ one, nearest, memory }: Estimated): void {
      durations.add(one.duration, nearest)
      powers.add(one.power, nearest)
      sum.durationMs += cycles * one.durationMs
      sum.bytes += cycles * one.resultBytes
      if (one.energyJ === null) unknown.energy++
      else sum.energyJ += cycles * one.energyJ
      if (memory === null) unknown.memory++
      else if (largest === null || memory.totalBytes > largest.totalBytes) largest = memory
    },
    total: (restMs: number): StudyEstimate => ({
      durationMs: sum.durationMs + restMs,
      restMs,
      isSideBySide: false,
      energyJ: unknown.energy > 0 ? null : sum.energyJ,
      resultBytes: sum.bytes,
      durationBases: durations.total(),
      powerBases: powers.total(),
      largest,
      memoryUnknown: unknown.memory,
    }),
  }
}

/** Asks the backend of an experiment; a model is looked at once. */
function foreseer(backends: readonly Backend<unknown>[]) {
  const outlines = new Map<string, ModelOutline | null>()
  return async ({ config, backendOptions }: Experiment) => {
    const backend = backends.find(({ name }) => name === config.backend)
    const kind = kindOf(config)
    if (!outlines.has(kind)) {
      const { model, precision } = config
      outlines.set(kind, (await backend?.loadOutline?.(model, precision)) ?? null)
    }
    const outline = outlines.get(kind) ?? null
    const forecast = backend?.forecast?.(config, backendOptions, outline) ?? null
    const computesHere = backend?.isIdle !== true && backend?.attach !== true
    return { forecast, outline, computesHere }
  }
}

/** Enough for every run of a backend; null as soon as one does not say. */
function widest(
  before: PlannedBackend['gpus'] | undefined,
  forecast: Forecast | null,
): PlannedBackend['gpus'] {
  if (forecast === null || before === null) return null
  if (before === undefined) return forecast.gpus
  const { least, most } = forecast.gpus
  return {
    least: Math.max(before.least, least),
    most: before.most === null || most === null ? null : Math.max(before.most, most),
  }
}

function memoryOf(
  label: string,
  forecast: Forecast | null,
  { gpus }: PlanMachine,
): MemoryEstimate | null {
  if (forecast === null || forecast.memory === null) return null
  const { weightBytes, cacheBytes, bufferBytes } = forecast.memory
  const totalBytes = weightBytes + cacheBytes + bufferBytes
  const isOnGpus = forecast.gpus.most !== 0 && (forecast.gpus.least > 0 || gpus.length > 0)
  return { label, ...forecast.memory, totalBytes, isOnGpus }
}

function restsOf({ slots, settings }: StudyPlan): number {
  let restMs = 0
  let before = slots[0]
  for (const slot of slots.slice(1)) {
    if (before !== undefined) restMs += gapBetween(before, slot, settings.execution).durationMs
    before = slot
  }
  return restMs
}
