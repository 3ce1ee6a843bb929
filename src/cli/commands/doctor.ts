/** `llem doctor`: what this machine can run and read, and what to do about the rest. */

import { outputSchema } from '../../config/studyConfig.ts'
import { cacheDirOf } from '../../core/cacheDir.ts'
import type { ExitCode } from '../../core/errors.ts'
import { version } from '../../core/version.gen.ts'
import { paintFor } from '../../report/paint.ts'
import { probeMachine } from '../doctor/probeMachine.ts'
import { probePlugins } from '../doctor/probePlugins.ts'
import { renderDoctor } from '../doctor/renderDoctor.ts'
import { verdictOf } from '../doctor/verdictOf.ts'
import { type Io, isColor, widthOf } from '../io.ts'

/** Probes everything at once and prints what it found. */
export async function doctorCommand({ isJson }: { isJson: boolean }, io: Io): Promise<ExitCode> {
  const resultsDir = outputSchema.parse({}).results_dir
  const [machine, plugins] = await Promise.all([
    probeMachine({ resultsDir, cacheDir: cacheDirOf(io.env) }),
    probePlugins(io.clock, io.env),
  ])
  const verdict = verdictOf(plugins)
  const report = { machine, plugins, verdict }
  io.stdout.write(
    isJson
      ? `${JSON.stringify({ schemaVersion: 1, version, ...verdict, machine, ...plugins }, null, 2)}\n`
      : renderDoctor(report, {
          width: widthOf(io.stdout),
          paint: paintFor(isColor(io.stdout, io.env)),
        }),
  )
  return verdict.exitCode
}
