/**
 * The load client of every OpenAI-compatible server: sockets open and bodies built before the window, a stamp for every read,
 * and a proof of its own limits. One client is one process's share of a load; a shard is this client in another process.
 */

import type { DecoderConfig } from '../../../config/decoder.ts'
import type { Clock } from '../../../core/clock.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { type Json, toJson } from '../../../core/json.ts'
import type { ClientWatch, Completion, GenerateRequest, OnTokens } from '../../backend.ts'
import { type Agreement, agreeOnFields } from './agreeOnFields.ts'
import { type BodyOptions, buildRequestBody } from './buildRequestBody.ts'
import { openWire, type Wire } from './openWire.ts'
import type { FailureKind } from './requestFailure.ts'

export interface ClientOptions {
  /** Of the API, with `/completions` below it: `http://127.0.0.1:8000/v1`. */
  baseUrl: string
  /** Sent as a bearer token and never shown; null for none. */
  apiKey: string | null
  kind: BodyOptions['kind']
  /** `text` for an engine that takes no token ids. */
  prompts?: BodyOptions['prompts']
  /** The model's name as the server knows it. */
  model: string
  decoder: DecoderConfig
  /** Fields of this engine beside those that most engines know; they win. */
  extraFields?: Readonly<Record<string, Json>>
  /** Sockets to open before the window: the requests expected in flight. */
  connections: number
  /** Known from another process: the server is not asked again. */
  agreement?: Agreement
  /** A request whose answer has not grown for this long has failed. */
  stallMs: number
  longestEventBytes?: number
  /** False for a server that closes each connection after one answer, and does not say so. */
  reusesConnections?: boolean
  clock: Clock
  signal: AbortSignal
}

export interface Client extends AsyncDisposable {
  /** What another process needs to open a client like this: a server is asked once what it takes. May hold the API key. */
  settings: Json
  /** What this server takes and tells, asked before the window. */
  agreement: Agreement
  /** Builds these requests, ready to be written. */
  prepare(requests: readonly GenerateRequest[]): void
  /** Opens anew what the server closed while nothing was sent, so that no request of a window waits for it. */
  connect(): Promise<void>
  /** Rejects with one of the three codes of a failed request, or with the signal's reason when that aborts. */
  generate(request: GenerateRequest, onTokens: OnTokens, signal: AbortSignal): Promise<Completion>
  watch(): ClientWatch
}

const paths = { completions: 'completions', chat: 'chat/completions' } as const
/** Log-probabilities of several tokens make chunks of some ten kilobytes; no engine sends a megabyte. */
const defaultLongestEventBytes = 2 ** 20

export async function openClient(options: ClientOptions): Promise<Client> {
  const { kind, prompts = 'tokens', model, decoder, extraFields = {} } = options
  const url = new URL(`${options.baseUrl.replace(/\/+$/, '')}/${paths[kind]}`)
  const defaults = { longestEventBytes: defaultLongestEventBytes, reusesConnections: true }
  const wire = openWire({ ...defaults, ...options, url })
  try {
    const body = { kind, prompts, model, decoder, extraFields }
    const agreement = options.agreement ?? (await agreeOnFields(wire, body, options))
    await connect(wire, options)
    return {
      agreement,
      settings: settingsOf(options, agreement),
      ...generator(wire, { ...body, fields: agreement.fields }),
      connect: () => connect(wire, options),
      watch: wire.watch,
      [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
    }
  } catch (cause) {
    await wire[Symbol.asyncDispose]()
    throw cause
  }
}

function settingsOf(options: ClientOptions, agreement: Agreement): Json {
  const { clock: _, signal: __, connections: ___, ...settings } = options
  return toJson({ ...settings, agreement })
}

async function connect(wire: Wire, { connections, baseUrl }: ClientOptions): Promise<void> {
  try {
    await wire.connect(connections)
  } catch (cause) {
    throw new AppError('SERVER_UNREACHABLE', { url: baseUrl, cause: messageOf(cause) }, { cause })
  }
}

function generator(wire: Wire, body: BodyOptions): Pick<Client, 'prepare' | 'generate'> {
  const messages = new WeakMap<GenerateRequest, Buffer>()
  const messageOf = (request: GenerateRequest): Buffer =>
    wire.messageOf(buildRequestBody(request, body))
  return {
    prepare(requests) {
      for (const request of requests) messages.set(request, messageOf(request))
    },
    async generate(request, onTokens, signal) {
      const message = messages.get(request) ?? messageOf(request)
      const { maxOutputTokens } = request
      const answer = await wire.send({ message, maxOutputTokens, onTokens }, signal)
      if (answer.status === 'completed') return answer.completion
      signal.throwIfAborted()
      if (answer.status === 'failed')
        throw new AppError(codeOf(answer.failure.kind), answer.failure)
      throw new AppError('REQUEST_FAILED', { kind: 'aborted', detail: 'the client was closed' })
    },
  }
}

function codeOf(kind: FailureKind) {
  if (kind === 'stalled') return 'REQUEST_TIMED_OUT'
  return kind === 'empty' ? 'REQUEST_EMPTY' : 'REQUEST_FAILED'
}
