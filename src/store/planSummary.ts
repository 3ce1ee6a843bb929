/** What a plan says of a study before it runs: what is varied, what is left out, where it runs and what it may take. Null is unknown. */

import type { CycleOrder } from '../config/cycleOrders.ts'
import type { RunnerSpec } from './experimentFile.ts'
import type { SkippedCombinations, SweptAxis } from './planFile.ts'

export interface PlanSummary {
  name: string
  /** As it was asked for; null for a study that lies in no file. */
  file: string | null
  axes: readonly SweptAxis[]
  /** Fields that differ between the experiments, as dotted paths. */
  sweptFields: readonly string[]
  /** What the sweep combines and what is listed, before anything is left out. */
  combinations: number
  skipped: SkippedCombinations
  merged: readonly { label: string; count: number; origins: readonly string[] }[]
  /** Experiments that would or may fail by the files of this machine. */
  unready: readonly UnreadyExperiment[]
  experiments: number
  cycles: number
  order: CycleOrder
  runs: number
  backends: readonly PlannedBackend[]
  machine: PlanMachine
  estimate: StudyEstimate
  /** Of each experiment, in the order of the plan; null for one that this version reads in another way. */
  experimentEstimates: readonly (OneEstimate | null)[]
}

/** An experiment whose model, dataset or trace is missing or not whole here: code, message and hint are those of its failure. */
interface UnreadyExperiment {
  label: string
  /** False in a container: it only may fail, as its image may bring what is missing here. */
  isHere: boolean
  code: string
  message: string
  hint: string
}

/** What one run of an experiment may take. */
export interface OneEstimate {
  durationMs: number
  energyJ: number | null
  resultBytes: number
  /** Of weights, cache and buffers; null when the model is not known here. */
  memoryBytes: number | null
}

export interface PlannedBackend {
  name: string
  experiments: number
  runner: RunnerSpec
  /** Accelerators that its runs cannot do without and take at most; most is null for all there are. Null: it does not say. */
  gpus: { least: number; most: number | null } | null
}

/** What the machine that plans has. */
export interface PlanMachine {
  usableCores: number
  totalMemoryBytes: number
  availableMemoryBytes: number | null
  gpus: readonly { name: string; memoryBytes: number | null; powerLimitW: number | null }[]
  /** Where results go, and what is free there. */
  resultsDir: string
  freeDiskBytes: number | null
}

export interface StudyEstimate {
  /** Every run, and the rests between them. */
  durationMs: number
  restMs: number
  /** Whether runs share out the GPUs of this machine: then it is shorter than the sum of them. */
  isSideBySide: boolean
  /** From the start of the first run to the end of the last; null when a part is unknown. */
  energyJ: number | null
  resultBytes: number
  /** How durations are judged, the way of most experiments first. */
  durationBases: readonly EstimateBasis[]
  powerBases: readonly EstimateBasis[]
  /** The run that needs most; null when nothing is known of any. */
  largest: MemoryEstimate | null
  /** Experiments of whose memory nothing is known. */
  memoryUnknown: number
}

export interface EstimateBasis {
  kind: BasisKind
  /** Experiments judged in this way. */
  experiments: number
  /** Names of the earlier studies it rests on; empty where it rests on none. */
  studies: readonly string[]
  /** Lowest and highest figure used: tokens per second for durations, watts for power; null where none is. */
  range: readonly [number, number] | null
}

/**
 * `stated`: the options of the backend say so. `earlier`: results with the same backend, model and precision.
 * `bandwidth` and `assumed` are guesses: from the size of the weights, and from nothing. `unknown`: no figure at all.
 */
export type BasisKind = 'stated' | 'earlier' | 'bandwidth' | 'assumed' | 'unknown'

export interface MemoryEstimate {
  /** Label of the experiment. */
  label: string
  weightBytes: number
  cacheBytes: number
  bufferBytes: number
  totalBytes: number
  /** Whether it goes to accelerators, as far as there are any here. */
  isOnGpus: boolean
}
