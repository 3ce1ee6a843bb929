/** One request and its answer on the wire. It settles exactly once, whatever the server does. */

import type { Clock } from '../../../core/clock.ts'
import { formatDuration } from '../../../core/units.ts'
import type { Completion, OnTokens } from '../../backend.ts'
import { AnswerReader } from './answerReader.ts'
import { addDuration, type Counters } from './clientCounters.ts'
import type { AnswerListener, Connection } from './connection.ts'
import type { ResponseHead } from './parseHead.ts'
import { connectionFailure, type FailureKind, type RequestFailure } from './requestFailure.ts'

export type Answer =
  | { status: 'completed'; completion: Completion }
  | { status: 'failed'; failure: RequestFailure }
  | { status: 'aborted' }

/** What all exchanges of one client share. */
export interface ExchangeDeps {
  counters: Counters
  clock: Clock
  longestEventBytes: number
  /** A request fails when its answer has not grown for this long. */
  stallMs: number
  /** A connection that nobody can have closed yet. */
  takeNew(): Connection
}

export interface Order {
  /** Head and body. */
  message: Buffer
  maxOutputTokens: number
  onTokens: OnTokens
  onSettled(answer: Answer): void
}

/** An answer that says it is done and does not end is taken as ended after this long. */
const lingerMs = 1000
/**
 * By default a connection that waits is closed after 2 s (gunicorn), 5 s (Node, uvicorn, cpp-httplib) or 75 s (nginx). This is
 * below the least of them by more than a way takes; a break after less waiting is that of a failing server.
 */
const shortestIdleMs = 500
/**
 * A server that closed a waiting connection says so within a round trip of the request that met the close. A later break is
 * the fate of a request that was taken: to send it again would hide that, and cost its energy twice.
 */
const staleMs = 1000
/** Of an answer that is no stream, this much is read: it goes into the reason. */
const longestErrorBytes = 2048

export class Exchange implements AnswerListener {
  readonly #deps: ExchangeDeps
  readonly #order: Order
  #connection: Connection
  /** How long the first connection had waited for this request. */
  readonly #waitedMs: number
  #isSentAgain = false
  readonly #reader: AnswerReader
  readonly #sentAtMs: number
  /** When the bytes at hand were read. */
  #readAtMs = 0
  #head: ResponseHead | null = null
  /** What an answer that is no stream says; null while it is a stream. */
  #errorBody: Buffer | null = null
  #doneAtMs: number | null = null
  #hasEnded = false
  #isRead = false
  #isSuspect = false
  #isSettled = false

  constructor(deps: ExchangeDeps, order: Order, connection: Connection) {
    const { counters, clock, longestEventBytes } = deps
    this.#deps = deps
    this.#order = order
    this.#connection = connection
    this.#waitedMs = connection.waitedMs()
    this.#reader = new AnswerReader({
      maxOutputTokens: order.maxOutputTokens,
      longestEventBytes,
      onLag: (lagMs) => addDuration(counters.lag, lagMs),
    })
    this.#sentAtMs = clock.nowMs()
    connection.send(order.message, this)
    counters.requests++
  }

  /** Ends it when it stands still: seen twice, so that bytes which only waited for a busy process have been read. */
  checkProgress(nowMs: number): void {
    const { stallMs } = this.#deps
    const isDone = this.#doneAtMs !== null
    const sinceMs = this.#doneAtMs ?? this.#reader.grewAtMs ?? this.#sentAtMs
    const isLate = nowMs - sinceMs > (isDone ? Math.min(lingerMs, stallMs) : stallMs)
    if (!isLate || !this.#isSuspect) {
      this.#isSuspect = isLate
      return
    }
    this.#connection.destroy()
    if (isDone) this.onEnd()
    else
      this.#fail(failed('stalled', `no token for ${formatDuration(stallMs)}, ${this.#progress()}`))
  }

  /** What came is given on: it was generated. */
  abort(): void {
    this.#connection.destroy()
    this.#readToEnd()
    this.#settle({ status: 'aborted' })
  }

  onSent(): void {
    // A second sending waits for a connection, and tells nothing of this process.
    if (this.#isSentAgain) return
    const { counters, clock } = this.#deps
    addDuration(counters.dispatch, clock.nowMs() - this.#sentAtMs)
  }

  onRead(): void {
    // The stamp of every token in these bytes.
    this.#readAtMs = this.#deps.clock.nowMs()
    this.#deps.counters.reads++
  }

  onHead(head: ResponseHead): void {
    this.#head = head
    const type = head.headers.get('content-type') ?? ''
    if (head.status !== 200 || !type.startsWith('text/event-stream'))
      this.#errorBody = Buffer.alloc(0)
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    if (this.#isSettled || this.#doneAtMs !== null) return
    if (this.#errorBody !== null) {
      this.#errorBody = Buffer.concat([this.#errorBody, bytes.subarray(start, end)])
      if (this.#errorBody.length >= longestErrorBytes) this.#failNoStream(this.#errorBody)
      return
    }
    const failure = this.#reader.write(bytes, start, end, this.#readAtMs)
    if (failure !== null) this.#fail(failure)
    else if (this.#reader.isDone) this.#doneAtMs = this.#readAtMs
  }

  onEnd(): void {
    this.#hasEnded = true
    if (this.#isSettled) return
    if (this.#errorBody !== null) {
      this.#failNoStream(this.#errorBody)
      return
    }
    const answer = this.#readToEnd()
    if (answer === null) return
    if ('kind' in answer) this.#settle({ status: 'failed', failure: answer })
    else this.#settle({ status: 'completed', completion: answer })
  }

  onBreak(error: Error | null): void {
    if (this.#doneAtMs !== null) this.onEnd()
    else if (this.#wasStale()) this.#sendAgain()
    else this.#fail(connectionFailure(error, this.#progress()))
  }

  /**
   * Probably closed by the server while it waited: no byte of an answer came, and the break came at once. RFC 9110, 9.2.2, says
   * that a POST should not be repeated unless that is known to do no harm, calls this sign a riskier guess, and advises against a
   * third time. Here it does no harm but energy: a generation leaves nothing behind, and that a request was repeated is told.
   */
  #wasStale(): boolean {
    if (this.#isSentAgain || this.#waitedMs < shortestIdleMs) return false
    return this.#readAtMs === 0 && this.#deps.clock.nowMs() - this.#sentAtMs <= staleMs
  }

  /** Once, on a connection of its own. The time it was first sent stays: the user waited from then. */
  #sendAgain(): void {
    const { counters, takeNew } = this.#deps
    counters.retriedConnections++
    this.#isSentAgain = true
    this.#connection = takeNew()
    this.#connection.send(this.#order.message, this)
  }

  #progress(): string {
    return this.#head === null ? 'before the headers of the answer' : this.#reader.progress()
  }

  /** The tokens that came are given on first: they were generated, and their energy is in the window. */
  #fail(failure: RequestFailure): void {
    if (this.#isSettled) return
    // After its end the connection is no longer ours.
    if (!this.#hasEnded) this.#connection.destroy()
    this.#readToEnd()
    this.#settle({ status: 'failed', failure })
  }

  #failNoStream(body: Buffer): void {
    const status = this.#head?.status ?? null
    const type = this.#head?.headers.get('content-type') ?? 'none'
    const text = body
      .toString('utf8', 0, longestErrorBytes)
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 300)
    this.#fail(
      status === 200
        ? failed('not a stream', `expected content-type text/event-stream, found ${type}: ${text}`)
        : { kind: 'status', status, detail: `HTTP ${status}: ${text === '' ? 'no text' : text}` },
    )
  }

  /** Null when it is being read already: an abort may come at one of its tokens. */
  #readToEnd(): Completion | RequestFailure | null {
    if (this.#isRead) return null
    this.#isRead = true
    return this.#reader.end(this.#onTokens)
  }

  #settle(answer: Answer): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#deps.counters.chunks += this.#reader.chunkCount
    this.#order.onSettled(answer)
  }

  readonly #onTokens: OnTokens = (atMs, count) => {
    // A caller may abort at a token: the rest is not for it any more.
    if (this.#isSettled) return
    this.#deps.counters.tokens += count
    this.#order.onTokens(atMs, count)
  }
}

const failed = (kind: FailureKind, detail: string): RequestFailure => ({
  kind,
  detail,
  status: null,
})
