/** A fast fake server with a load client of it, for tests of the client. */

import type { TestContext } from 'node:test'
import type { Completion, GenerateRequest } from '../backends/backend.ts'
import {
  type Client,
  type ClientOptions,
  openClient,
} from '../backends/shared/client/openClient.ts'
import {
  type FakeServer,
  type FakeServerInput,
  startFakeServer,
} from '../backends/shared/fakeServer/startFakeServer.ts'
import { decoderSchema } from '../config/decoder.ts'
import { loopClock } from './loopClock.ts'

const never = new AbortController().signal

interface ClientScene {
  server: FakeServer
  client: Client
}

/** A fast server, and a client of it; the question at open time is request 1 of the server. */
export async function openScene(
  t: TestContext,
  served: FakeServerInput = {},
  options: Partial<ClientOptions> = {},
): Promise<ClientScene> {
  const server = await startFakeServer({ ttft_ms: 1, tokens_per_second: 2000, ...served })
  t.after(() => server[Symbol.asyncDispose]())
  const clock = loopClock()
  t.after(() => clock[Symbol.dispose]())
  const client = await openClient({
    baseUrl: server.url,
    apiKey: null,
    kind: 'completions',
    model: 'fake',
    decoder: decoderSchema.parse({}),
    connections: 2,
    stallMs: 200,
    clock,
    signal: never,
    ...options,
  })
  t.after(() => client[Symbol.asyncDispose]())
  return { server, client }
}

export const requestOf = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  index: 0,
  prompt: 'hello',
  promptTokens: null,
  maxOutputTokens: 12,
  seed: 1,
  ...more,
})

export async function run(client: Client, request = requestOf(), signal?: AbortSignal) {
  const steps: number[] = []
  const stamps: number[] = []
  const onTokens = (atMs: number, count: number): void => {
    steps.push(count)
    stamps.push(atMs)
  }
  const outcome: Completion | Error = await client
    .generate(request, onTokens, signal ?? never)
    .catch((error: Error) => error)
  return { steps, stamps, outcome, tokens: steps.reduce((sum, count) => sum + count, 0) }
}

export async function completed(client: Client, request = requestOf()) {
  const { outcome, ...rest } = await run(client, request)
  if (outcome instanceof Error) throw outcome
  return { ...rest, completion: outcome }
}
