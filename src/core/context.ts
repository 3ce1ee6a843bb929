/** What a part may use of the world. Everything that reads time, environment or paths gets it from here. */

import type { Clock } from './clock.ts'
import type { WorkerEvent } from './events.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The world of the measured process: backends, energy sources and the harness get this and nothing else. */
export interface WorkerContext {
  clock: Clock
  env: Environment
  /** Aborts when the experiment must end early (Ctrl-C, SIGTERM). */
  signal: AbortSignal
  /** Where models and tokenizers are kept between runs. */
  cacheDir: string
  /** This experiment's run directory, for logs a backend keeps. */
  runDir: string
  emit(event: WorkerEvent): void
}
