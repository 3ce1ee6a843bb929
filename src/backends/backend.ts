/** The contract of a backend: what turns prompts into tokens. One file each, found by the generated registry. */

import type { ZodType } from 'zod'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import type { Availability } from '../core/availability.ts'
import type { ClientProof } from '../core/clientProof.ts'
import type { Environment, WorkerContext } from '../core/context.ts'
import type { Json } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import type { Warning } from '../core/warnings.ts'

export interface Backend<O> {
  /** The one spelling: file name, section in the study file, docs. */
  name: string
  title: string
  /** One paragraph for the reference: what it runs and when to use it. */
  docs: string
  /** The section `<name>:` of a study file; strict, every field described. */
  options: ZodType<O>
  /** Default image for the Docker runner; absent for backends that run in our own process. */
  image?: string
  /** True for a backend that talks to a server somebody else started. */
  attach?: true
  /** True for a backend that computes nothing: a study of it needs no device to itself. */
  isIdle?: true
  /** Whether the engine can run on this machine; never throws, loads nothing heavy. */
  probe(env: Environment): Promise<Availability>
  /** What this backend would reject, found while planning: pure, no I/O. Paths start at the experiment's root. */
  check?(config: ExperimentConfig, options: O): Problem[]
  /** What this machine knows of a model without downloading it; null when that is nothing. For plans: it starts no engine. */
  loadOutline?(
    model: string,
    precision: ExperimentConfig['precision'],
  ): Promise<ModelOutline | null>
  /** What one run will need. Pure; `outline` is what `loadOutline` found. */
  forecast?(config: ExperimentConfig, options: O, outline: ModelOutline | null): Forecast
  /**
   * Throws what `open` would throw of model files that are on this machine, before anything is measured. It downloads and
   * writes nothing. Relative paths start at `directory`.
   */
  checkFiles?(config: ExperimentConfig, options: O, directory: string): Promise<void>
  /** Throws what `open` would throw of a server that is not there, before anything is measured; for one that somebody else started. */
  checkServer?(options: O, ctx: WorkerContext): Promise<void>
  /** Loads the model and is ready to generate when it resolves. */
  open(config: ExperimentConfig, options: O, ctx: WorkerContext): Promise<BackendSession>
}

/** What decides how much memory a model takes. Null is unknown. */
export interface ModelOutline {
  /** Size of all tensors. */
  weightBytes: number
  layerCount: number | null
  /** How many numbers one token leaves in the cache of one layer: keys and values. */
  cacheWidth: number | null
  vocabularySize: number | null
}

export interface Forecast {
  /** Accelerators that a run cannot do without, and those it takes at most; null is all that it finds. */
  gpus: { least: number; most: number | null }
  /** What it holds in memory, wherever that is; null when the model is not known here. */
  memory: { weightBytes: number; cacheBytes: number; bufferBytes: number } | null
  /** Duration of one request, where the configuration decides it and not the machine; else null. */
  requestMs: number | null
}

export interface BackendSession extends AsyncDisposable {
  /** Version of the engine itself, not of our adapter. */
  version: string
  /** What is known of the model that was really loaded; null when the engine does not tell. */
  model: ModelFacts | null
  /** The engine's tokenizer; absent when the engine does not expose one (then prompts go as text). */
  tokenizer?: Tokenizer
  /** What the engine says it really uses, read back after loading. */
  observed(): Promise<Record<string, Json>>
  /** Generates one completion. Rejects with the signal's reason when aborted, with an `AppError` when the engine failed. */
  generate(request: GenerateRequest, onTokens: OnTokens, signal: AbortSignal): Promise<Completion>
  /** What a reader must know of this session's figures. */
  warnings?(): Warning[]
  /** Most requests of a static batch: those that wait together start together and end together. Absent where each runs by itself. */
  batchSize?: number
  /** Builds before the window what can be built of these requests, so that sending one costs less. */
  prepare?(requests: readonly GenerateRequest[]): void
  /** Opens anew the connections that the server closed while nothing was asked; absent for an engine in this process. */
  connect?(): Promise<void>
  /** Watches our own load client from now on; absent for an engine in this process. One watch at a time. */
  watchClient?(): ClientWatch
  /** What another process needs to send a share of the load; absent for an engine in this process. May hold a key: never printed. */
  clientSettings?: Json
  /** Where the engine tells of itself in Prometheus's text format, read once a second; absent where it does not. */
  metricsUrl?: string
  /** Asked just before the window; absent for an engine that cannot tell. */
  prefixCache?(): Promise<PrefixCache>
  /** True where the study asks for a prefix cache: prompts that come from it are then no surprise. */
  usesPrefixCache?: boolean
  /** Peak memory of the engine where this process does not hold it, in bytes; null when unknown. */
  peakMemoryBytes?(): Promise<number | null>
  /** Memory that loading the model added to the engine, where this process does not hold it, in bytes; null when unknown. */
  modelMemoryBytes?: number | null
  /** CPU time of the engine so far where it is not in this process, in milliseconds; null when unknown. */
  cpuMs?(): number | null
}

/** Whether the engine takes parts of a prompt from what it kept of earlier ones, as it says itself. */
export interface PrefixCache {
  /** Null when it does not tell. */
  isOn: boolean | null
  /** What says so, under the engine's own names. */
  facts: Record<string, Json>
}

export interface ClientWatch {
  /** What the client did since the watch began; the caller, who knows the schedule, fills in `sendSkewP99Ms`. */
  stop(): ClientProof
}

/**
 * Called at most once per decoding step: `count` tokens became visible at `atMs` (monotonic). No promises on the hot path.
 * In the order of `atMs`, and before `generate` settles; not always at `atMs` itself.
 */
export type OnTokens = (atMs: number, count: number) => void

export interface GenerateRequest {
  /** Position in the run, from 0; unique within warm-up and within the measurement. */
  index: number
  /** The prompt, already cut to the allowed length; text and tokens are the same prompt. */
  prompt: string
  /** Null when the backend has no tokenizer of its own. */
  promptTokens: readonly number[] | null
  maxOutputTokens: number
  /** Seed of this request alone. */
  seed: number
}

export interface Completion {
  /** Prompt tokens as the engine counted them; null when it does not tell. */
  inputTokens: number | null
  /** Generated tokens as the engine counted them; null when it does not tell. */
  outputTokens: number | null
  finishReason: 'length' | 'stop' | 'other'
  /** Null when the text was not kept. */
  text: string | null
  /** Prompt tokens the engine took from its prefix cache; null or absent when it does not tell. */
  cachedInputTokens?: number | null
  /** Who counted what; absent where there is only one count. */
  tokenCounts?: TokenCounts
}

/** Output tokens of one request by each who counted them; null for one who did not. They should agree. */
export interface TokenCounts {
  /** The server's running total, with every chunk. */
  continuousUsage: number | null
  /** The server's total at the end. */
  finalUsage: number | null
  /** Token ids received. */
  tokenIds: number | null
  /** Log-probabilities received. */
  logprobs: number | null
  /** Chunks that brought content: no count of tokens, but of what arrived. */
  chunks: number
  /** What the steps given to `onTokens` were counted by; `spread`: the final total shared evenly among the chunks. */
  stepsBy: 'continuous usage' | 'token ids' | 'logprobs' | 'spread' | 'chunks'
}

/** Of an engine in this process, or a promise for it from one in another. */
export interface Tokenizer {
  /** What the engine computes for this text as a prompt: with the token it wants before every text, if it wants one. */
  encode(text: string): number[] | Promise<number[]>
  decode(tokens: readonly number[]): string | Promise<string>
}

/** What formulas need to know of a model. Dimensions are null when the file does not state them. */
export interface ModelFacts {
  name: string
  architecture: string
  /** Exact, from the tensor list. */
  parameterCount: number
  /** Parameters that take part in a matrix product for every token: without the input embedding table, experts counted as active. */
  activeParameterCount: number
  layerCount: number | null
  /** Heads x head dimension of the queries: the width of the attention products. */
  attentionWidth: number | null
  /** How many numbers one token leaves in the cache of one layer, keys and values: fewer with grouped queries. */
  cacheWidth: number | null
  /** Tensor type that holds most of the weights, as GGUF or safetensors names it. */
  weightType: string
  weightBytes: number
  weights: 'trained' | 'random'
  contextLength: number | null
}
