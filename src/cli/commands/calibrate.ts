/** `llem calibrate`: finds out how the sensors of this machine show a square wave of load, and keeps it for its runs. */

import { cacheDirOf } from '../../core/cacheDir.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { type ExitCode, exitCodes } from '../../core/errors.ts'
import { readHost } from '../../core/host.ts'
import { formatNumber } from '../../core/units.ts'
import type { EnergyMeter, EnergySource } from '../../energy/energySource.ts'
import { loadEnergySources } from '../../energy/registry.gen.ts'
import {
  type FitResult,
  fitSensor,
  type SensorFit,
} from '../../energy/shared/calibration/fitSensor.ts'
import { recordWave } from '../../energy/shared/calibration/recordWave.ts'
import { writeSensorCard } from '../../energy/shared/calibration/sensorCardFile.ts'
import type { Io } from '../io.ts'

/** About a minute and a half: enough edges for a window of 25 ms of every 100 to be met by some. */
const usualPlan = { edges: 48, halfMs: 1600 }

export interface CalibrateOptions {
  sources?: readonly EnergySource<unknown>[]
  plan?: { edges: number; halfMs: number }
}

export async function calibrateCommand(
  io: Io,
  { sources, plan = usualPlan }: CalibrateOptions = {},
): Promise<ExitCode> {
  const { clock, env } = io
  const place = { cacheDir: cacheDirOf(env), root: '/' }
  const interruption = new AbortController()
  const stopListening = io.onInterrupt(() => interruption.abort(new Error('interrupted')))
  const meters = await openMeters(sources ?? (await loadEnergySources()), io)
  try {
    const domains = meters.flatMap((meter) => meter.domains)
    const reached = domains.filter(isReached)
    for (const { id, scope } of domains.filter((domain) => !isReached(domain))) {
      io.stdout.write(
        `${id} (${scope}): not calibrated; it needs a load that begins and ends on the device within a millisecond, and llem has one for the CPU alone\n`,
      )
    }
    if (reached.length === 0) {
      io.stdout.write(
        'No sensor here shows the load of a CPU. `llem doctor` says what can be read.\n',
      )
      return exitCodes.environment
    }
    // One core is left for reading.
    const cores = Math.max(1, readHost('/').usableCores - 1)
    const wave = await recordWave(
      meters.filter((meter) => meter.domains.some(isReached)),
      { ...plan, cores },
      {
        clock,
        signal: interruption.signal,
        onEdge: (done) => void io.stderr.write(`\redge ${done} of ${plan.edges}`),
      },
    )
    io.stderr.write('\n')
    for (const domain of reached) {
      const method = domain.method === 'counter' ? 'counter' : 'power'
      const result = fitSensor(wave.readings.get(domain.id) ?? [], wave.edges, method)
      const measuredAt = clock.wallDate().toISOString()
      const path = result.ok ? writeSensorCard(domain, result.fit, { ...place, measuredAt }) : null
      io.stdout.write(`${describe(domain, result)}${path === null ? '' : `; kept in ${path}`}\n`)
    }
    return exitCodes.measured
  } finally {
    stopListening()
    for (const meter of meters) await meter[Symbol.asyncDispose]()
  }
}

/** What a load of the CPU shows in, and is measured: a model needs no calibration. */
const reachedScopes: ReadonlySet<EnergyDomain['scope']> = new Set<EnergyDomain['scope']>([
  'package',
  'core',
  'system',
  'chassis',
  'wall',
])
const isReached = ({ scope, method, isSynthetic }: EnergyDomain): boolean =>
  reachedScopes.has(scope) && method !== 'estimate' && !isSynthetic

async function openMeters(
  sources: readonly EnergySource<unknown>[],
  { clock, env }: Io,
): Promise<EnergyMeter[]> {
  const ctx = { clock, env, root: '/' }
  const meters: EnergyMeter[] = []
  for (const source of sources) {
    if (source.kind !== 'measurement') continue
    const options = source.options.parse({})
    const found = await source.probe(ctx, options)
    if (found.status === 'available') meters.push(await source.open(options, ctx))
  }
  return meters
}

function describe({ id, scope, method }: EnergyDomain, result: FitResult): string {
  const name = `${id} (${scope})`
  return result.ok
    ? `${name}: ${figuresOf(method, result.fit)}`
    : `${name}: nothing found: ${result.reason}`
}

function figuresOf(method: EnergyDomain['method'], fit: SensorFit): string {
  const { updatePeriodMs, averagingWindowMs, lagMs, observedShare, lowW, highW, residual } = fit
  return [
    `publishes every ${formatNumber(updatePeriodMs)} ms`,
    `averages over ${formatNumber(averagingWindowMs)} ms (${formatNumber(100 * observedShare)} % of the time)`,
    `lags by ${formatNumber(lagMs)} ms`,
    `${formatNumber(lowW)} W to ${formatNumber(highW)} W ${method === 'counter' ? 'by its counter' : 'as read'}`,
    `fit to ${formatNumber(100 * residual)} % of the step`,
  ].join(', ')
}
