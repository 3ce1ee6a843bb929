/** Asks every backend, energy source and runner whether it can be used here: all at once, each within a limit of time. */

import { loadBackends } from '../../backends/registry.gen.ts'
import type { Availability } from '../../core/availability.ts'
import type { Clock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import { messageOf } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import type { EnergySource } from '../../energy/energySource.ts'
import { loadEnergySources } from '../../energy/registry.gen.ts'
import { loadRunners } from '../../runners/registry.gen.ts'

export interface PluginCheck {
  name: string
  title: string
  availability: Availability
}

export interface PluginChecks {
  backends: readonly PluginCheck[]
  sources: readonly (PluginCheck & { kind: EnergySource<unknown>['kind'] })[]
  runners: readonly PluginCheck[]
}

/** A driver or a daemon that needs longer than this to answer is not fit for a measurement. */
const probeLimitMs = 10_000

/** Every plug-in with its answer. */
export async function probePlugins(clock: Clock, env: Environment): Promise<PluginChecks> {
  const [backends, sources, runners] = await Promise.all([
    loadBackends(),
    loadEnergySources(),
    loadRunners(),
  ])
  const check = async (
    { name, title }: { name: string; title: string },
    probe: () => Promise<Availability>,
  ): Promise<PluginCheck> => ({ name, title, availability: await probeWithin(probe, clock) })
  const [backendChecks, sourceChecks, runnerChecks] = await Promise.all([
    Promise.all(backends.map((backend) => check(backend, () => backend.probe(env)))),
    Promise.all(
      sources.map(async (source) => ({
        ...(await check(source, () => source.probe({ clock, env, root: '/' }))),
        kind: source.kind,
      })),
    ),
    Promise.all(runners.map((runner) => check(runner, () => runner.probe(env)))),
  ])
  return { backends: backendChecks, sources: sourceChecks, runners: runnerChecks }
}

/** The answer of a probe; one that does not come within the limit, or breaks its promise not to throw, is a no. */
export async function probeWithin(
  probe: () => Promise<Availability>,
  clock: Clock,
): Promise<Availability> {
  const answered = new AbortController()
  const unavailable = (reason: string): Availability => ({
    status: 'unavailable',
    reason,
    fix: null,
  })
  const limit = clock.sleep(probeLimitMs, answered.signal).then(
    () => unavailable(`gave no answer within ${formatDuration(probeLimitMs)}`),
    // The answer came first, and this value is not looked at.
    () => unavailable('answered'),
  )
  const answer = probe().catch((thrown) => unavailable(`the check failed: ${messageOf(thrown)}`))
  try {
    return await Promise.race([answer, limit])
  } finally {
    answered.abort()
  }
}
