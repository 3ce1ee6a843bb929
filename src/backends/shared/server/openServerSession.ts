/** A session on an engine that serves: our load client in front, what the engine tells behind. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { connectionCount } from '../../../config/loadConfig.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { secondsToMs } from '../../../core/units.ts'
import { type Warning, warn } from '../../../core/warnings.ts'
import type {
  BackendSession,
  Completion,
  GenerateRequest,
  OnTokens,
  PrefixCache,
} from '../../backend.ts'
import { type Client, openClient } from '../client/openClient.ts'
import { readServer } from '../client/readServer.ts'
import type { CommonOptions } from './commonOptions.ts'
import { tuningVariables } from './engineEnvironment.ts'
import type { EngineModel, ServerEngine, ServerPlace } from './serverEngine.ts'
import type { EngineServer } from './startServer.ts'
import { tellWhile } from './tellWhile.ts'

export interface ServerSessionParts<O extends CommonOptions> {
  engine: ServerEngine<O>
  config: ExperimentConfig
  chosen: O
  model: EngineModel
  server: EngineServer
  place: ServerPlace
}

export async function openServerSession<O extends CommonOptions>(
  parts: ServerSessionParts<O>,
  ctx: WorkerContext,
): Promise<BackendSession> {
  const { engine, config, chosen, model, server, place } = parts
  const served = await servedName(parts, ctx)
  const client = await connect(served, parts, ctx)
  const tokenizer = (await engine.openTokenizer?.(server, model, ctx)) ?? null
  const observed = await engine.observe(server, served)
  return {
    version: observed.version ?? 'unknown',
    model: model.facts,
    ...(tokenizer === null ? {} : { tokenizer }),
    async observed() {
      const death = await server.death()
      if (death !== null) throw death
      return {
        model: served,
        command: [engine.program, ...engine.commandLine(config, chosen, place)],
        environment: tuningVariables(ctx.env),
        token_counts: client.agreement.usage,
        refused_fields: [...client.agreement.refusedFields],
        ...observed.settings,
      }
    },
    warnings: () => [...fieldWarnings(client), ...(engine.warnings?.(config, chosen) ?? [])],
    prepare: client.prepare,
    connect: client.connect,
    clientSettings: client.settings,
    generate: (request, onTokens, signal) =>
      generate({ client, server, request, onTokens, signal }),
    watchClient: client.watch,
    prefixCache: async () =>
      (await engine.prefixCache?.(server, { options: chosen, model: served })) ?? untold,
    usesPrefixCache: engine.usesPrefixCache?.(chosen) ?? false,
    ...(engine.metricsPath === undefined
      ? {}
      : { metricsUrl: `${server.url}${engine.metricsPath}` }),
    cpuMs: server.cpuMs,
    peakMemoryBytes: server.peakMemoryBytes,
    modelMemoryBytes: null,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const untold: PrefixCache = { isOn: null, facts: {} }

/** The model's name as the server knows it, once it has the model. */
async function servedName<O extends CommonOptions>(
  { engine, config, chosen, model, server }: ServerSessionParts<O>,
  ctx: WorkerContext,
): Promise<string> {
  if (engine.loadModel !== undefined) {
    const loading = engine.loadModel({ server, model, config, chosen }, ctx)
    return tellWhile(`loading ${config.model} into ${engine.name}`, loading, ctx)
  }
  const { models } = await readServer(`${server.url}/v1`, { apiKey: null, signal: ctx.signal })
  return models?.[0]?.id ?? model.path
}

function connect<O extends CommonOptions>(
  served: string,
  { engine, config, chosen, server }: ServerSessionParts<O>,
  ctx: WorkerContext,
): Promise<Client> {
  return openClient({
    baseUrl: `${server.url}/v1`,
    apiKey: null,
    kind: 'completions',
    prompts: engine.prompts,
    model: served,
    decoder: config.decoder,
    extraFields: engine.requestFields?.(config, chosen) ?? {},
    reusesConnections: engine.reusesConnections ?? true,
    connections: connectionCount(config),
    stallMs: secondsToMs(chosen.stall_timeout_seconds),
    clock: ctx.clock,
    signal: ctx.signal,
  })
}

interface Generation {
  client: Client
  server: EngineServer
  request: GenerateRequest
  onTokens: OnTokens
  signal: AbortSignal
}

/** A request to an engine that has died says why that died, and not that a connection was refused. */
async function generate({
  client,
  server,
  request,
  onTokens,
  signal,
}: Generation): Promise<Completion> {
  try {
    return await client.generate(request, onTokens, signal)
  } catch (cause) {
    signal.throwIfAborted()
    throw (await server.death()) ?? cause
  }
}

function fieldWarnings({ agreement: { refusedFields } }: Client): Warning[] {
  return refusedFields.length === 0
    ? []
    : [warn('FIELDS_REFUSED', { fields: refusedFields.join(', ') })]
}
