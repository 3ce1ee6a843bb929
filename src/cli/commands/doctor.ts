/** `llem doctor`: what this machine can run and read, and what to do about the rest. */

import { loadBackends } from '../../backends/registry.gen.ts'
import { loadUserConfig } from '../../config/userConfig.ts'
import { cacheDirOf } from '../../core/cacheDir.ts'
import type { ExitCode } from '../../core/errors.ts'
import { version } from '../../core/version.gen.ts'
import { paintFor } from '../../report/paint.ts'
import { loadSections } from '../../study/loadSections.ts'
import {
  type RunnableBackend,
  type RunnerRequest,
  resolveRunners,
} from '../../study/resolveRunners.ts'
import { resultsDirOf } from '../defaultResultsDir.ts'
import { probeMachine } from '../doctor/probeMachine.ts'
import { probePlugins } from '../doctor/probePlugins.ts'
import { type DoctorReport, renderDoctor } from '../doctor/renderDoctor.ts'
import { verdictOf } from '../doctor/verdictOf.ts'
import { type Io, isColor, widthOf } from '../io.ts'

/** Probes everything at once and prints what it found. */
export async function doctorCommand({ isJson }: { isJson: boolean }, io: Io): Promise<ExitCode> {
  const { env } = io
  const userConfig = await loadUserConfig(env, await loadSections())
  const resultsDir = resultsDirOf(userConfig)
  const [machine, plugins] = await Promise.all([
    probeMachine({ resultsDir, cacheDir: cacheDirOf(env) }),
    probePlugins(io.clock, env),
  ])
  const verdict = verdictOf(plugins)
  const docker = plugins.runners.find(({ name }) => name === 'docker')?.availability ?? null
  const places = placesOf(await loadBackends(), { userConfig, env, docker })
  const report = { machine, plugins, places, verdict }
  io.stdout.write(
    isJson
      ? `${JSON.stringify(recordOf(report), null, 2)}\n`
      : renderDoctor(report, {
          width: widthOf(io.stdout),
          paint: paintFor(isColor(io.stdout, io.env)),
        }),
  )
  return verdict.exitCode
}

function recordOf({ machine, plugins, places, verdict }: DoctorReport) {
  return {
    schemaVersion: 1,
    version,
    ...verdict,
    machine,
    ...plugins,
    places: Object.fromEntries(places),
  }
}

function placesOf(
  backends: readonly RunnableBackend[],
  world: Pick<RunnerRequest, 'userConfig' | 'env' | 'docker'>,
): DoctorReport['places'] {
  const study = { runners: {}, images: {} }
  const places = backends.flatMap((backend) => [
    ...resolveRunners({ ...world, backends: [backend], study }).specs,
  ])
  return new Map(places)
}
