/** A backend from an engine that is started as a server: what all of them do, with what one of them adds. */

import { join } from 'node:path'
import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { connectionCount } from '../../../config/loadConfig.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import { writeFileAtomic } from '../../../core/files.ts'
import { findProgram } from '../../../core/findProgram.ts'
import type { Problem } from '../../../core/problem.ts'
import { secondsToMs } from '../../../core/units.ts'
import type { Backend, Forecast, ModelOutline } from '../../backend.ts'
import { checkRules } from './checkRules.ts'
import { classifyDeath } from './classifyDeath.ts'
import type { CommonOptions } from './commonOptions.ts'
import { engineEnvironment } from './engineEnvironment.ts'
import { engineLog } from './engineLog.ts'
import { freePort } from './freePort.ts'
import { openServerSession } from './openServerSession.ts'
import type { EngineModel, ServerEngine, ServerPlace } from './serverEngine.ts'
import { type EngineServer, startServer } from './startServer.ts'

export function serverBackend<O extends CommonOptions>(engine: ServerEngine<O>): Backend<O> {
  const { name, title, docs, options, image, program, alsoAt, loadOutline } = engine
  const missing = `there is no program ${program} on the PATH`
  return {
    name,
    title,
    docs,
    options,
    ...(image === undefined ? {} : { image }),
    async probe(env) {
      const path = findProgram(program, env, alsoAt)
      if (path !== null) return { status: 'available', detail: path }
      return { status: 'unavailable', reason: missing, fix: fixOf(engine) }
    },
    check: (config, chosen) => [
      ...engine.checkModel(config),
      ...checkExtraArguments(engine, chosen),
      ...checkRules(engine.rules, engine, chosen, config),
    ],
    ...(loadOutline === undefined ? {} : { loadOutline }),
    forecast: (config, chosen, outline) => ({
      gpus: engine.gpus(chosen),
      memory: forecastMemory(config, outline),
      requestMs: null,
    }),
    checkFiles: (config, chosen, directory) => engine.checkFiles(config, chosen, directory),
    async open(config, chosen, ctx) {
      const path = findProgram(program, ctx.env, alsoAt)
      if (path === null) {
        throw new AppError('BACKEND_UNAVAILABLE', {
          backend: name,
          reason: missing,
          fix: fixOf(engine),
        })
      }
      const model = await engine.resolveModel(config, chosen, ctx)
      const started = await startOnFreePort({ engine, path, config, chosen, model }, ctx)
      try {
        return await openServerSession({ engine, config, chosen, model, ...started }, ctx)
      } catch (cause) {
        const death = await started.server.death()
        await started.server[Symbol.asyncDispose]()
        throw death ?? cause
      }
    },
  }
}

type Source = Pick<ServerEngine<CommonOptions>, 'name' | 'install' | 'image'>

function fixOf({ name, install, image }: Source): string | null {
  const inContainer = `run it in a container: runners: {${name}: docker}`
  const ways = [install ?? [], image === undefined ? [] : inContainer].flat()
  return ways.length === 0 ? null : ways.join(', or ')
}

/** What we set ourselves cannot be given a second time: engines take the last, silently. */
function checkExtraArguments<O extends CommonOptions>(
  { name, ownFlags }: ServerEngine<O>,
  { extra_args }: O,
): Problem[] {
  return extra_args.flatMap((argument, index) => {
    const [flag = ''] = argument.split('=')
    if (!ownFlags.includes(flag)) return []
    const message = `expected none of the arguments that are set for you, found ${flag}`
    return [{ path: [name, 'extra_args', index], message, hint: 'leave it out' }]
  })
}

const bytesPerCacheNumber = 2

/** What the requests in flight need; an engine that takes a share of the memory takes that, whatever it needs. */
function forecastMemory(
  config: ExperimentConfig,
  outline: ModelOutline | null,
): Forecast['memory'] {
  if (outline === null || outline.layerCount === null || outline.cacheWidth === null) return null
  const { max_input_tokens, max_output_tokens } = config
  const tokens = (max_input_tokens + max_output_tokens) * connectionCount(config)
  return {
    weightBytes: outline.weightBytes,
    cacheBytes: tokens * outline.layerCount * outline.cacheWidth * bytesPerCacheNumber,
    bufferBytes: 0,
  }
}

interface Launch<O extends CommonOptions> {
  engine: ServerEngine<O>
  /** Of the program. */
  path: string
  config: ExperimentConfig
  chosen: O
  model: EngineModel
}

/** A port is free when it is chosen and may be taken a moment later. */
const mostPorts = 3

async function startOnFreePort<O extends CommonOptions>(
  { engine, path, config, chosen, model }: Launch<O>,
  ctx: WorkerContext,
): Promise<{ server: EngineServer; place: ServerPlace }> {
  const { runDir, cacheDir } = ctx
  for (const [file, text] of Object.entries(engine.files?.(config, chosen) ?? {})) {
    await writeFileAtomic(join(runDir, file), text)
  }
  for (let attempt = 1; ; attempt++) {
    const [port, first, second] = [await freePort(), await freePort(), await freePort()]
    const sparePorts = [first, second] as const
    const place = { model, port, sparePorts, runDir, cacheDir }
    const start = {
      name: engine.name,
      argv: [path, ...engine.commandLine(config, chosen, place)],
      env: engineEnvironment({
        worker: ctx.env,
        engine: engine.environment?.(config, chosen, place) ?? {},
        isRemote: model.isRemote,
      }),
      port: place.port,
      healthPath: engine.healthPath,
      readyTimeoutMs: secondsToMs(chosen.ready_timeout_seconds),
    }
    try {
      return { server: await startServer(start, ctx), place }
    } catch (cause) {
      ctx.signal.throwIfAborted()
      const log = await engineLog(join(runDir, 'backend.log')).tail()
      if (attempt === mostPorts || classifyDeath(log)?.kind !== 'port-taken') throw cause
    }
  }
}
