/** Backend without an engine of ours: attaches to any OpenAI-compatible server by its address and starts nothing. */

import { z } from 'zod'
import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { connectionCount } from '../config/loadConfig.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import type { Problem } from '../core/problem.ts'
import { secondsToMs } from '../core/units.ts'
import { type Warning, warn } from '../core/warnings.ts'
import type { Backend, BackendSession, PrefixCache } from './backend.ts'
import { type Client, openClient } from './shared/client/openClient.ts'
import { readServer } from './shared/client/readServer.ts'
import { requireServer } from './shared/client/requireServer.ts'
import { askText } from './shared/server/askServer.ts'
import { vllmPrefixCache } from './shared/server/vllmPrefixCache.ts'

const options = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:8000/v1' })
    .default('http://127.0.0.1:8000/v1')
    .describe('address of the API, up to what stands before /completions'),
  kind: z
    .enum(['completions', 'chat'])
    .default('completions')
    .describe(
      'completions: the prompt as it is; chat: as a message, to which the server adds its template',
    ),
  model: z
    .string()
    .min(1)
    .optional()
    .describe('name of the model as the server knows it; absent: the model of the experiment'),
  api_key_env: z
    .string()
    .regex(/^(OPENAI|LLEM)_\w+$/, {
      error:
        'expected a name that begins with OPENAI_ or LLEM_: no other variable reaches a worker',
    })
    .default('OPENAI_API_KEY')
    .describe('environment variable that holds the API key; when it is not set, none is sent'),
  stall_timeout_seconds: z
    .number()
    .positive()
    .default(300)
    .describe('a request to whose answer nothing was added for this long has failed'),
})
type OpenaiOptions = z.output<typeof options>

export const backend: Backend<OpenaiOptions> = {
  name: 'openai',
  title: 'OpenAI-compatible server',
  docs: 'Attaches to a server that somebody else started, by the address of its OpenAI-compatible API, and streams from it. Energy is that of the sensors of this host: for a server elsewhere it is not the energy of the answers. The server is asked for exact output lengths and greedy choice with fields that most engines know (ignore_eos, min_p, repetition_penalty); one that refuses them is asked without, and the result says so.',
  options,
  attach: true,
  async probe() {
    return { status: 'available', detail: 'needs a running server, at openai.base_url' }
  },
  check: checkOptions,
  // Whatever it takes, it takes where the server runs.
  forecast: () => ({ gpus: { least: 0, most: 0 }, memory: null, requestMs: null }),
  async checkServer(chosen, { env, clock, signal }) {
    readApiKey(env, chosen)
    await requireServer(chosen.base_url, { clock, signal })
  },
  async open(config, chosen, ctx) {
    const apiKey = readApiKey(ctx.env, chosen)
    const server = await readServer(chosen.base_url, { apiKey, signal: ctx.signal })
    const model = chosen.model ?? config.model
    const client = await openClient({
      baseUrl: chosen.base_url,
      apiKey,
      kind: chosen.kind,
      model,
      decoder: config.decoder,
      connections: connectionCount(config),
      stallMs: secondsToMs(chosen.stall_timeout_seconds),
      clock: ctx.clock,
      signal: ctx.signal,
    })
    // Where engines have it; an address that has none is asked twice.
    const metricsUrl = new URL('/metrics', chosen.base_url).href
    return session(client, {
      version: server.version ?? 'unknown',
      metricsUrl,
      prefixCache: async () => vllmPrefixCache(await askText(metricsUrl, { signal: ctx.signal })),
      observed: {
        base_url: chosen.base_url,
        kind: chosen.kind,
        model,
        served: server.models?.find(({ id }) => id === model) ?? null,
        token_counts: client.agreement.usage,
        refused_fields: [...client.agreement.refusedFields],
      },
      warnings: warningsOf(client, chosen),
    })
  },
}

/** Null when none is set. */
function readApiKey(env: Environment, { api_key_env }: OpenaiOptions): string | null {
  const apiKey = env[api_key_env] || null
  // As RFC 9110 has it, less spaces at the ends and what is not ASCII: no key has those.
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new AppError('API_KEY_INVALID', { variable: api_key_env })
  }
  return apiKey
}

function checkOptions(_config: ExperimentConfig, { base_url }: OpenaiOptions): Problem[] {
  const { username, password, search, hash } = new URL(base_url)
  const path = ['openai', 'base_url']
  const found: Problem[] = []
  if (username !== '' || password !== '') {
    found.push({
      path,
      message: 'expected an address without a user and a password',
      hint: 'it is stored with every result; set OPENAI_API_KEY instead',
    })
  }
  if (search !== '' || hash !== '') {
    found.push({ path, message: 'expected an address that ends with its path, found a query' })
  }
  return found
}

interface SessionParts {
  version: string
  metricsUrl: string
  prefixCache(): Promise<PrefixCache>
  observed: Record<string, Json>
  warnings: Warning[]
}

function session(
  client: Client,
  { version, metricsUrl, prefixCache, observed, warnings }: SessionParts,
): BackendSession {
  return {
    version,
    model: null,
    observed: async () => observed,
    warnings: () => warnings,
    prepare: client.prepare,
    generate: client.generate,
    connect: client.connect,
    watchClient: client.watch,
    metricsUrl,
    prefixCache,
    clientSettings: client.settings,
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function warningsOf(client: Client, { base_url }: OpenaiOptions): Warning[] {
  const { hostname } = new URL(base_url)
  const { refusedFields } = client.agreement
  return [
    ...(loopback.test(hostname) ? [] : [warn('SERVER_ELSEWHERE', { host: hostname })]),
    ...(refusedFields.length === 0
      ? []
      : [warn('FIELDS_REFUSED', { fields: refusedFields.join(', ') })]),
  ]
}
