/** The contract of a runner: where a worker runs. It moves a command and reports its end; it knows nothing of measuring. */

import type { ZodType } from 'zod'
import type { Availability } from '../core/availability.ts'
import type { Clock } from '../core/clock.ts'
import type { Environment } from '../core/context.ts'

export interface Runner<O> {
  /** The one spelling: file name, value under `runners:`, docs. */
  name: string
  title: string
  docs: string
  options: ZodType<O>
  probe(env: Environment): Promise<Availability>
  /** Resolves for a job that failed; rejects only when it could not run one. Nothing of the job is alive afterwards. */
  run(job: Job, options: O, io: JobIo): Promise<JobExit>
}

export interface Job {
  id: string
  /** The run directory: the only thing host and worker share. */
  dir: string
  argv: readonly string[]
  env: Environment
  image: string | null
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
  clock: Clock
}

export interface JobExit {
  code: number | null
  signal: string | null
  timedOut: 'wall-clock' | 'silence' | null
  wasAborted: boolean
  /** Whether it was killed for lack of memory; null when the runner cannot tell. */
  outOfMemory: boolean | null
  stderrTail: string
}
