/** Decides where a backend runs, and remembers who decided. Pure: environment and settings come in. */

import type { StudySettings } from '../config/studyConfig.ts'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import type { RunnerSpec } from '../store/experimentFile.ts'

export interface RunnerChoice {
  backend: string
  runners: StudySettings['runners']
  env: Environment
}

/** First hit wins: `LLEM_RUNNER_<BACKEND>`, then `runners:` of the study, then local. */
export function resolveRunner({ backend, runners, env }: RunnerChoice): RunnerSpec {
  const variable = `LLEM_RUNNER_${backend.toUpperCase().replaceAll('-', '_')}`
  const fromEnv = env[variable]
  if (fromEnv !== undefined) return { mode: modeOf(fromEnv, variable), image: null, source: 'env' }
  const fromStudy = runners[backend]
  if (fromStudy !== undefined) {
    return { mode: modeOf(fromStudy, `runners.${backend}`), image: null, source: 'study' }
  }
  return { mode: 'local', image: null, source: 'default' }
}

function modeOf(value: string, where: string): 'local' {
  if (value === 'local') return value
  throw new AppError('RUNNER_UNAVAILABLE', {
    runner: value,
    reason: `${where} asks for it, and there is no runner of this name`,
    fix: '`llem list runners` shows all.',
  })
}
