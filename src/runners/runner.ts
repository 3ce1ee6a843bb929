/** The contract of a runner: where a worker runs. It moves a command and reports its end; it knows nothing of measuring. */

import type { ZodType } from 'zod'
import type { Availability } from '../core/availability.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'
import type { AppError } from '../core/errors.ts'

export interface Runner<O> {
  /** The one spelling: file name, value under `runners:`, docs. */
  name: string
  title: string
  docs: string
  options: ZodType<O>
  probe(env: Environment): Promise<Availability>
  /** Looks for all that jobs will need before the first of them runs, and fetches it where it can; absent: they need nothing. */
  prepare?(needs: RunnerNeeds, options: O, io: PrepareIo): Promise<Preparation>
  /** Resolves for a job that failed; rejects only when it could not run one. Nothing of the job is alive afterwards. */
  run(job: Job, options: O, io: JobIo): Promise<JobExit>
}

export interface RunnerNeeds {
  images: readonly NeededImage[]
  /** UUIDs of the devices that jobs will use. */
  gpus: readonly string[]
  /** Which images are fetched from where they come. */
  fetch: 'missing' | 'all' | 'none'
}

export interface NeededImage {
  name: string
  /** Null when any image of this name will do; else this very one is needed. */
  id: string | null
  digest: string | null
}

export interface PrepareIo {
  signal: AbortSignal
  env: Environment
  clock: Clock
  /** Told while an image is fetched. */
  onPull(progress: PullProgress): void
}

export interface PullProgress {
  image: string
  layersDone: number
  /** Layers known so far. */
  layersTotal: number
}

export interface Preparation {
  /** Everything that would keep jobs from running. */
  problems: readonly AppError[]
  /** By their names; what is not there is missing. */
  images: ReadonlyMap<string, ImageFacts>
}

export interface ImageFacts {
  id: string
  /** `name@sha256:...` in its registry; null for an image that was made here. */
  digest: string | null
  sizeBytes: number
}

export interface Job {
  id: string
  /** Name of the study it belongs to. */
  study: string
  /** The run directory: the only thing host and worker share. */
  dir: string
  argv: readonly string[]
  /** Where relative paths of the experiment start, as an absolute path; absent: where the host runs. */
  workingDirectory?: string
  env: Environment
  /** What to run it in; null for a runner without images. An image without an id is taken by its name. */
  image: { name: string; id: string | null } | null
  /** Files and folders beyond the run directory that the worker reads, as absolute paths. */
  reads: readonly string[]
  /** Folders that the worker reads and writes, shared with other jobs; they need not exist. */
  caches: readonly string[]
  /** UUIDs of the devices that the worker may use, where the runner has to hand them over. */
  gpus: readonly string[]
  /** Whether the worker may have to download something. */
  needsNetwork: boolean
  /** Wall-clock limit in milliseconds. */
  timeoutMs: number
  /** Longest time without a line on stdout, in milliseconds. */
  silenceMs: number
  /** Open files of the host that the worker holds too where it can: locks that must outlive a host that is killed. */
  heldFiles?: readonly number[]
}

export interface JobIo {
  /** Every line the worker prints on stdout. */
  onLine(line: string): void
  /** Ends the job: cleanly, within a few seconds. */
  signal: AbortSignal
  /** Ends at once what `signal` is already ending. */
  killSignal?: AbortSignal
  /** Environment of the host, for the programs that start the worker. */
  env: Environment
  clock: Clock
}

export interface JobExit {
  code: number | null
  signal: string | null
  timedOut: 'wall-clock' | 'silence' | null
  wasAborted: boolean
  /** Whether it was killed for lack of memory; null when the runner cannot tell. */
  outOfMemory: boolean | null
  /** Why there is no result, where the cause lies outside of the worker and the runner saw it; else null. */
  failure: AppError | null
  stderrTail: string
}
