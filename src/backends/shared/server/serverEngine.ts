/** What one engine that is started as a server adds to the lifecycle that all of them share. */

import type { ZodType } from 'zod'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import type { Environment, WorkerContext } from '../../../core/context.ts'
import type { Json } from '../../../core/json.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Warning } from '../../../core/warnings.ts'
import type { Backend, ModelFacts, ModelOutline, PrefixCache, Tokenizer } from '../../backend.ts'
import type { EngineRule } from './checkRules.ts'
import type { CommonOptions } from './commonOptions.ts'
import type { EngineServer } from './startServer.ts'

export interface ServerEngine<O extends CommonOptions>
  extends Pick<Backend<O>, 'name' | 'title' | 'docs' | 'image'> {
  options: ZodType<O>
  /** The program, found on the PATH. */
  program: string
  /** Where its vendor's image has it, when that is not on the PATH. */
  alsoAt?: readonly string[]
  /** The one command that installs it; absent for one that comes as a container alone. */
  install?: string
  /** Arguments that we set: they cannot be given again in `extra_args`. */
  ownFlags: readonly string[]
  /** What the engine would refuse, most of it after minutes. */
  rules: readonly EngineRule<O>[]
  /** What is wrong with `model` or `precision` as far as their text tells. */
  checkModel(config: ExperimentConfig): Problem[]
  /** Accelerators it takes: those it cannot do without, and those it takes at most (null: all it finds). */
  gpus(options: O): { least: number; most: number | null }
  loadOutline?(
    model: string,
    precision: ExperimentConfig['precision'],
  ): Promise<ModelOutline | null>
  /** As for a backend: throws what is wrong with model files on this machine. */
  checkFiles(config: ExperimentConfig, options: O, directory: string): Promise<void>
  /** Writes or finds what it is to load. */
  resolveModel(config: ExperimentConfig, options: O, ctx: WorkerContext): Promise<EngineModel>
  /** What stands behind the program's name. Pure. */
  commandLine(config: ExperimentConfig, options: O, place: ServerPlace): string[]
  /** Variables beside those of the worker. Pure. */
  environment?(config: ExperimentConfig, options: O, place: ServerPlace): Environment
  /** Answers 200 when the engine can serve. */
  healthPath: string
  /** Files of the run directory that the command line names, by their name. Pure. */
  files?(config: ExperimentConfig, options: O): Readonly<Record<string, string>>
  /** What is still to do once the server answers; its result is the model's name there. */
  loadModel?(loading: ModelLoading<O>, ctx: WorkerContext): Promise<string>
  /** Absent for an engine whose API takes no prompt of a length that we could know. */
  openTokenizer?(
    server: EngineServer,
    model: EngineModel,
    ctx: WorkerContext,
  ): Promise<Tokenizer | null>
  /** `tokens` where the engine takes prompts as token ids. */
  prompts: 'tokens' | 'text'
  /** False for one that closes each connection after one answer, and does not say so. */
  reusesConnections?: boolean
  /** Fields of a request beside those that most engines know. */
  requestFields?(config: ExperimentConfig, options: O): Readonly<Record<string, Json>>
  metricsPath?: string
  /** Asked just before the window; absent for one that cannot tell. */
  prefixCache?(server: EngineServer, asked: { options: O; model: string }): Promise<PrefixCache>
  /** True where the study asks for a prefix cache. */
  usesPrefixCache?(options: O): boolean
  /** Version and effective configuration as the engine tells them, read once it serves the model of this name. */
  observe(server: EngineServer, model: string): Promise<Observed>
  warnings?(config: ExperimentConfig, options: O): Warning[]
}

export interface EngineModel {
  /** What the engine is told to load. */
  path: string
  facts: ModelFacts | null
  /** The engine makes the weights itself. */
  hasDummyWeights: boolean
  /** It may have to be fetched from a hub. */
  isRemote: boolean
}

export interface ModelLoading<O> {
  server: EngineServer
  model: EngineModel
  config: ExperimentConfig
  chosen: O
}

export interface ServerPlace {
  model: EngineModel
  port: number
  /** Free too, for an engine that listens on more than one. */
  sparePorts: readonly [number, number]
  runDir: string
  cacheDir: string
}

export interface Observed {
  /** Null when the engine does not tell. */
  version: string | null
  settings: Record<string, Json>
}
