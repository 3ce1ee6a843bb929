/** Where the backends of a study run: asks the machine only what the choice depends on. */

import { loadBackends } from '../backends/registry.gen.ts'
import type { LoadedStudy } from '../config/parseStudy.ts'
import type { UserConfig } from '../config/userConfig.ts'
import type { Availability } from '../core/availability.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { loadRunner } from '../runners/registry.gen.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'
import { dependsOnDocker, type ResolvedRunners, resolveRunners } from './resolveRunners.ts'

export interface RunnerWorld {
  env: Environment
  /** Whether containers can be started here; asked at most once. Tests bring their own answer. */
  probeDocker(env: Environment): Promise<Availability>
}

/** Throws `RUNNER_UNKNOWN` for a choice that is none. */
export async function chooseRunners(
  { backends: names, settings }: LoadedStudy,
  userConfig: UserConfig,
  { env, probeDocker }: RunnerWorld,
): Promise<ResolvedRunners> {
  const backends = (await loadBackends()).filter(({ name }) => names.includes(name))
  const request = { backends, study: settings, userConfig, env }
  const docker = dependsOnDocker(request) ? await probeDocker(env) : null
  return resolveRunners({ ...request, docker })
}

/** The runner of a backend that was among those of the study. */
export function specOf(specs: ResolvedRunners['specs'], backend: string): RunnerSpec {
  const spec = specs.get(backend)
  if (spec === undefined) throw new AppError('INTERNAL', { what: `${backend} has no runner` })
  return spec
}

/** What the docker runner says of this machine. */
export async function probeDocker(env: Environment): Promise<Availability> {
  const runner = await loadRunner('docker')
  return runner?.probe(env) ?? { status: 'unavailable', reason: 'it is not built in', fix: null }
}
