/** Takes one event stream apart, piece by piece, and knows at its end what it was: an answer, or which failure. No I/O. */

import type { Completion, OnTokens } from '../../backend.ts'
import { addChunk, addCount, type ChunkLog, openChunkLog } from './chunkLog.ts'
import { readChunk, type TokenChunk } from './readChunk.ts'
import type { FailureKind, RequestFailure } from './requestFailure.ts'
import { type EventScanner, scanEvents } from './scanEvents.ts'
import { skimStamp, skimTotal } from './skimChunk.ts'
import { tallyTokens } from './tallyTokens.ts'

export interface AnswerOptions {
  maxOutputTokens: number
  longestEventBytes: number
  /** Told of every chunk that a server on our clock stamped. */
  onLag(lagMs: number): void
}

export class AnswerReader {
  readonly #options: AnswerOptions
  readonly #scanner: EventScanner
  readonly #log: ChunkLog
  readonly #mostTokens: number
  #atMs = 0
  #grewAtMs: number | null = null
  #isDone = false
  #failure: RequestFailure | null = null
  /** Set by a chunk read in full: the stream carries a running total, and nothing else that must be read. */
  #canSkim = false
  #isStamped = false
  #finishReason: string | null = null
  #inputTokens: number | null = null
  #cachedInputTokens: number | null = null

  constructor(options: AnswerOptions) {
    const { maxOutputTokens, longestEventBytes } = options
    this.#options = options
    this.#scanner = scanEvents({ longestEventBytes, onEvent: this.#onEvent })
    // Beside the tokens there are a role chunk, a finish chunk and a few empty ones.
    this.#log = openChunkLog(maxOutputTokens + 8)
    // An engine may overshoot by a step of speculation; twice what was asked for means max_tokens is ignored.
    this.#mostTokens = 2 * maxOutputTokens + 16
  }

  /** Takes the next bytes, read at `atMs`; the failure that ends the request, or null. */
  write(bytes: Buffer, start: number, end: number, atMs: number): RequestFailure | null {
    this.#atMs = atMs
    try {
      this.#scanner.write(bytes, start, end)
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      this.#fail('oversized', `an event of more than ${this.#options.longestEventBytes} bytes`)
    }
    return this.#failure
  }

  /** True once the server said that nothing follows. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** When the answer last grew; null while it has not. */
  get grewAtMs(): number | null {
    return this.#grewAtMs
  }

  /** Chunks that brought content so far. */
  get chunkCount(): number {
    return this.#log.contentCount
  }

  /** How far it came, for the reason of a failure. */
  progress(): string {
    const { contentCount } = this.#log
    return contentCount === 0 ? 'before the first token' : `after ${contentCount} chunks`
  }

  /** The verdict once nothing follows. Gives every step to `onTokens`, of a failed answer too. */
  end(onTokens: OnTokens): Completion | RequestFailure {
    const { counts, outputTokens } = tallyTokens(this.#log, onTokens)
    const reason = this.#finishReason
    if (!this.#isDone && reason === null) {
      this.#fail('truncated', 'the stream ended without a finish reason and [DONE]')
    } else if (counts.chunks === 0 && (outputTokens ?? 0) === 0) {
      this.#fail('empty', `the stream ended with finish_reason ${JSON.stringify(reason)}`)
    }
    if (this.#failure !== null) return this.#failure
    return {
      inputTokens: this.#inputTokens,
      cachedInputTokens: this.#cachedInputTokens,
      outputTokens,
      finishReason: finishReasons.get(reason ?? '') ?? 'other',
      text: null,
      tokenCounts: counts,
    }
  }

  readonly #onEvent = (bytes: Buffer, start: number, end: number, name: string): void => {
    if (this.#isDone || this.#failure !== null) return
    if (this.#canSkim && this.#skim(bytes, start, end)) return
    const chunk = readChunk(bytes, start, end, name)
    if (chunk.type === 'done') this.#isDone = true
    else if (chunk.type !== 'tokens') this.#failChunk(chunk)
    else {
      if (addChunk(this.#log, this.#atMs, chunk)) this.#grewAtMs = this.#atMs
      this.#measureLag(chunk.sentAtMs)
      this.#keepFacts(chunk)
    }
  }

  /** False when the chunk is not one more step like those before it. */
  #skim(bytes: Buffer, start: number, end: number): boolean {
    const total = skimTotal(bytes, start, end)
    if (total === null || total <= (this.#log.lastUsage ?? 0) || total > this.#mostTokens) {
      return false
    }
    if (this.#isStamped) this.#measureLag(skimStamp(bytes, start, end))
    addCount(this.#log, this.#atMs, total)
    this.#grewAtMs = this.#atMs
    return true
  }

  #failChunk({ type, detail }: { type: 'error' | 'malformed'; detail: string }): void {
    this.#fail(type === 'error' ? 'error event' : 'malformed', detail)
  }

  /** The last word counts. */
  #keepFacts(chunk: TokenChunk): void {
    const { contentCount, lastUsage } = this.#log
    const { finishReason, hasContent, outputTokens, idCount, logprobCount } = chunk
    this.#finishReason = finishReason ?? this.#finishReason
    this.#inputTokens = chunk.inputTokens ?? this.#inputTokens
    this.#cachedInputTokens = chunk.cachedInputTokens ?? this.#cachedInputTokens
    this.#canSkim = hasContent && outputTokens !== null && idCount === null && logprobCount === null
    this.#isStamped = chunk.sentAtMs !== null
    if (Math.max(contentCount, lastUsage ?? 0) > this.#mostTokens) {
      this.#fail('endless', `more tokens than twice the ${this.#options.maxOutputTokens} asked for`)
    } else if (finishReason !== null && serverFailures.has(finishReason)) {
      this.#fail('error event', `finish_reason "${finishReason}"`)
    }
  }

  #measureLag(sentAtMs: number | null): void {
    if (sentAtMs !== null) this.#options.onLag(this.#atMs - sentAtMs)
  }

  #fail(kind: FailureKind, what: string): void {
    this.#failure ??= { kind, status: null, detail: `${what}, ${this.progress()}` }
  }
}

/** SGLang and vLLM end a stream so when they gave up on it. */
const serverFailures: ReadonlySet<string> = new Set(['abort', 'error'])

/** What engines call the two ends we tell apart: OpenAI's words, and TGI's. */
const finishReasons: ReadonlyMap<string, Completion['finishReason']> = new Map([
  ['length', 'length'],
  ['stop', 'stop'],
  ['eos_token', 'stop'],
  ['stop_sequence', 'stop'],
])
