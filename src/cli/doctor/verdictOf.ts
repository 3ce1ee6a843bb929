/** Whether a measurement is possible here, and what is in the way if not. */

import { exitCodes } from '../../core/errors.ts'
import type { PluginChecks } from './probePlugins.ts'

export interface Verdict {
  isReady: boolean
  exitCode: typeof exitCodes.measured | typeof exitCodes.environment
  /** One sentence. */
  text: string
}

/** What a study file means that names no backend. */
const defaultBackend = 'llamacpp'

/** Ready: the default backend can be used, and a sensor or an estimate gives energy. Synthetic energy is none. */
export function verdictOf({ backends, sources }: PluginChecks): Verdict {
  const hasBackend = backends.some(
    ({ name, availability }) => name === defaultBackend && availability.status === 'available',
  )
  const usable = sources.filter(({ availability }) => availability.status === 'available')
  const sensors = usable.filter(({ kind }) => kind === 'measurement')
  const estimates = usable.filter(({ kind }) => kind === 'estimate')
  if (!hasBackend) return notReady(`the default backend ${defaultBackend} cannot be used`)
  if (sensors.length + estimates.length === 0) return notReady('nothing here tells energy')
  const names = (checks: readonly { name: string }[]): string =>
    checks.map(({ name }) => name).join(', ')
  const energy =
    sensors.length > 0
      ? `energy is measured by ${names(sensors)}`
      : `energy is only estimated, by ${names(estimates)}: no sensor can be read`
  return { isReady: true, exitCode: exitCodes.measured, text: `ready; ${energy}` }
}

function notReady(reason: string): Verdict {
  return { isReady: false, exitCode: exitCodes.environment, text: `not ready: ${reason}` }
}
