/** `llem calibrate`: finds out how the sensors of this machine show a square wave of load, and keeps it for its runs. */

import { cacheDirOf } from '../../core/cacheDir.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { type ExitCode, exitCodes } from '../../core/errors.ts'
import { formatNumber } from '../../core/units.ts'
import type { EnergyMeter, EnergySource, SwitchedLoad } from '../../energy/energySource.ts'
import { loadEnergySources } from '../../energy/registry.gen.ts'
import {
  type FitResult,
  fitSensor,
  type SensorFit,
} from '../../energy/shared/calibration/fitSensor.ts'
import { recordWave, type Wave, type WavePlan } from '../../energy/shared/calibration/recordWave.ts'
import { writeSensorCard } from '../../energy/shared/calibration/sensorCardFile.ts'
import type { Io } from '../io.ts'
import { findLoads, type LoadChoice } from './findLoads.ts'

/** About a minute and a half: enough edges for a window of 25 ms of every 100 to be met by some. */
const usualPlan: WavePlan = { edges: 48, halfMs: 1600 }

export interface CalibrateOptions {
  sources?: readonly EnergySource<unknown>[]
  plan?: WavePlan
  /** Root of the file system that sensors and drivers are read from: `/` but in tests. */
  root?: string
}

export async function calibrateCommand(
  io: Io,
  { sources, plan = usualPlan, root = '/' }: CalibrateOptions = {},
): Promise<ExitCode> {
  const interruption = new AbortController()
  const stopListening = io.onInterrupt(() => interruption.abort(new Error('interrupted')))
  const meters = await openMeters(sources ?? (await loadEnergySources()), io, root)
  try {
    const { loads, others } = findLoads(meters, io.clock)
    for (const { domain, reason } of others) tell(io, domain, `not calibrated; ${reason}`)
    if (loads.length === 0) {
      io.stdout.write(
        'No sensor here shows a load of the CPU or of an NVIDIA GPU. `llem doctor` says what can be read.\n',
      )
    }
    let calibrated = 0
    for (const choice of loads) {
      if (await calibrateOne(io, choice, { plan, root, signal: interruption.signal })) calibrated++
    }
    return calibrated === 0 ? exitCodes.environment : exitCodes.measured
  } finally {
    stopListening()
    for (const meter of meters) await meter[Symbol.asyncDispose]()
  }
}

async function openMeters(
  sources: readonly EnergySource<unknown>[],
  { clock, env }: Io,
  root: string,
): Promise<EnergyMeter[]> {
  const ctx = { clock, env, root }
  const meters: EnergyMeter[] = []
  for (const source of sources) {
    if (source.kind !== 'measurement') continue
    const options = source.options.parse({})
    const found = await source.probe(ctx, options)
    if (found.status === 'available') meters.push(await source.open(options, ctx))
  }
  return meters
}

/** Whether the load went through its wave. */
async function calibrateOne(
  io: Io,
  { name, domains, open }: LoadChoice,
  { plan, root, signal }: { plan: WavePlan; root: string; signal: AbortSignal },
): Promise<boolean> {
  const refuse = (reason: string): false => {
    for (const domain of domains) tell(io, domain, `not calibrated; ${reason}`)
    return false
  }
  const load: SwitchedLoad | string = await open()
  if (typeof load === 'string') return refuse(load)
  const onEdge = (done: number): void =>
    void io.stderr.write(`\r${name}: edge ${done} of ${plan.edges}`)
  const wave = await recordWave(load, plan, { clock: io.clock, signal, onEdge })
  io.stderr.write('\n')
  const failure = load.failure()
  if (failure !== null) return refuse(failure)
  const place = { cacheDir: cacheDirOf(io.env), root }
  for (const domain of domains) {
    const method = domain.method === 'counter' ? 'counter' : 'power'
    const result = fitSensor(wave.readings.get(domain.id) ?? [], wave.edges, method)
    const measuredAt = io.clock.wallDate().toISOString()
    const path = result.ok ? writeSensorCard(domain, result.fit, { ...place, measuredAt }) : null
    tell(io, domain, `${describe(domain, result, wave)}${path === null ? '' : `; kept in ${path}`}`)
  }
  return true
}

function tell({ stdout }: Io, { id, scope }: EnergyDomain, text: string): void {
  stdout.write(`${id} (${scope}): ${text}\n`)
}

function describe({ method }: EnergyDomain, result: FitResult, { edgesWithinMs }: Wave): string {
  if (!result.ok) return `nothing found: ${result.reason}`
  const known = edgesWithinMs === null ? [] : [`edges known to ${formatNumber(edgesWithinMs)} ms`]
  return [...figuresOf(method, result.fit), ...known].join(', ')
}

function figuresOf(method: EnergyDomain['method'], fit: SensorFit): string[] {
  const { updatePeriodMs, averagingWindowMs, lagMs, observedShare, lowW, highW, residual } = fit
  return [
    `publishes every ${formatNumber(updatePeriodMs)} ms`,
    `averages over ${formatNumber(averagingWindowMs)} ms (${formatNumber(100 * observedShare)} % of the time)`,
    `lags by ${formatNumber(lagMs)} ms`,
    `${formatNumber(lowW)} W to ${formatNumber(highW)} W ${method === 'counter' ? 'by its counter' : 'as read'}`,
    `fit to ${formatNumber(100 * residual)} % of the step`,
  ]
}
