/**
 * Decides where each backend of a study runs, in which image, and remembers who decided. Pure: what the machine can do
 * comes in, and so do environment and settings.
 */

import { parseRunnerChoice, type RunnerChoice } from '../config/runnerChoice.ts'
import type { Availability } from '../core/availability.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'

export interface RunnerRequest {
  /** The backends of the study, each once. */
  backends: readonly RunnableBackend[]
  study: RunnerSettings
  userConfig: RunnerSettings
  env: Environment
  /** Whether containers can be started here; null when nobody looked because nothing depends on it. */
  docker: Availability | null
}

/** What of a backend decides where it can run. */
export interface RunnableBackend {
  name: string
  image?: string
  attach?: true
}

/** By backend. */
export interface RunnerSettings {
  runners: Readonly<Partial<Record<string, string>>>
  images: Readonly<Partial<Record<string, string>>>
}

export interface ResolvedRunners {
  specs: ReadonlyMap<string, RunnerSpec>
  /** Why the study cannot run as it is; null when it can. */
  problem: AppError<'PREFLIGHT_DOCKER_REQUIRED'> | null
}

/**
 * First hit wins: `LLEM_RUNNER_<BACKEND>`, `runners:` of the study, `runners:` of the user's configuration, Docker where
 * it can be used and the backend has an image with its engine, else local. Backends of one study may need environments
 * that exclude each other, so with several of them whatever nobody chose goes into containers.
 */
export function resolveRunners(request: RunnerRequest): ResolvedRunners {
  const { backends, docker } = request
  const isUsable = docker?.status === 'available'
  const specs = new Map<string, RunnerSpec>()
  const needy: string[] = []
  for (const backend of backends) {
    const chosen = choiceOf(backend, request)
    const image = imageOf(backend, chosen?.choice.image ?? null, request)
    if (chosen !== null) {
      specs.set(backend.name, specOf(chosen.choice.mode, image ?? plainImage, chosen.source))
    } else if (isElevated(backend, backends)) {
      if (!isUsable) needy.push(backend.name)
      specs.set(backend.name, specOf('docker', image ?? plainImage, 'elevated'))
    } else if (isUsable && image !== null) {
      specs.set(backend.name, specOf('docker', image, 'detected'))
    } else specs.set(backend.name, specOf('local', null, 'default'))
  }
  return { specs, problem: needy.length === 0 ? null : dockerRequired(needy, docker) }
}

/** Whether anything depends on Docker: looking costs time, and needs no answer when everything is chosen. */
export function dependsOnDocker(request: Omit<RunnerRequest, 'docker'>): boolean {
  return request.backends.some(
    (backend) =>
      choiceOf(backend, request) === null &&
      (isElevated(backend, request.backends) || imageOf(backend, null, request) !== null),
  )
}

type NamedImage = Pick<NonNullable<RunnerSpec['image']>, 'name' | 'source'>

/**
 * For backends that bring their engine themselves: nothing but what Node and their native parts link to, glibc and
 * libstdc++ among it.
 */
const plainImage: NamedImage = { name: 'node:20.18.1-bookworm-slim', source: 'default' }

/** A server that somebody else started shares no environment with anyone. */
function isElevated(backend: RunnableBackend, backends: readonly RunnableBackend[]): boolean {
  return backend.attach !== true && backends.filter(({ attach }) => attach !== true).length > 1
}

interface Chosen {
  choice: RunnerChoice
  source: 'env' | 'study' | 'user_config'
}

function choiceOf(
  { name }: RunnableBackend,
  { env, study, userConfig }: Omit<RunnerRequest, 'docker'>,
): Chosen | null {
  const variable = `LLEM_RUNNER_${suffixOf(name)}`
  const written = [
    { text: env[variable], source: 'env', where: variable },
    { text: study.runners[name], source: 'study', where: `runners.${name}` },
    { text: userConfig.runners[name], source: 'user_config', where: `runners.${name}` },
  ] as const
  for (const { text, source, where } of written) {
    const isSilent =
      text === undefined || text === '' || (source === 'user_config' && text === auto)
    if (isSilent) continue
    const choice = parseRunnerChoice(text)
    if (choice === null) throw new AppError('RUNNER_UNKNOWN', { where, found: text })
    return { choice, source }
  }
  return null
}

/** What a user's configuration says to overrule nothing. */
const auto = 'auto'

function imageOf(
  { name, image }: RunnableBackend,
  behindRunner: string | null,
  { env, study, userConfig }: Omit<RunnerRequest, 'docker'>,
): NamedImage | null {
  const named = [
    { name: env[`LLEM_IMAGE_${suffixOf(name)}`], source: 'env' },
    { name: study.images[name], source: 'study' },
    { name: behindRunner, source: 'runner' },
    { name: userConfig.images[name], source: 'user_config' },
    { name: image, source: 'default' },
  ] as const
  for (const { name, source } of named) if (name) return { name, source }
  return null
}

const suffixOf = (backend: string): string => backend.toUpperCase().replaceAll('-', '_')

function specOf(
  mode: RunnerChoice['mode'],
  image: NamedImage | null,
  source: RunnerSpec['source'],
): RunnerSpec {
  const isContained = mode === 'docker' && image !== null
  return { mode, image: isContained ? { ...image, id: null, digest: null } : null, source }
}

function dockerRequired(backends: readonly string[], docker: Availability | null) {
  const { reason, fix } =
    docker?.status === 'unavailable' ? docker : { reason: 'nobody looked for it', fix: null }
  return new AppError('PREFLIGHT_DOCKER_REQUIRED', { backends, reason, fix })
}
