/** What of the state of the devices may have changed the joules: each warning with its threshold in `energyLimits`. */

import { type Warning, warn } from '../../core/warnings.ts'
import type { DeviceFacts } from '../../energy/energySource.ts'
import type { DeviceSummary } from '../../store/deviceSummary.ts'
import { energyLimits } from '../energyLimits.ts'
import type { DeviceInput } from './summarizeDevices.ts'

export function deviceWarnings(
  summaries: readonly DeviceSummary[],
  { devices, looks, askedPowerLimitW }: DeviceInput,
): Warning[] {
  return summaries.flatMap((summary) => {
    const { id } = summary
    const facts = devices.find((device) => device.id === id)
    const limitsW = looks.flatMap(({ states }) =>
      states.flatMap((state) => (state.id === id ? (state.powerLimitW ?? []) : [])),
    )
    return [
      ...throttled(summary),
      ...limited(summary, facts, askedPowerLimitW),
      ...limitMoved(id, limitsW),
      ...notPersistent(facts),
      ...warmed(summary),
      ...clockMoved(summary),
      ...shared(summary),
    ]
  })
}

/** A power limit is what a board works at under full load; these are not. */
const unusualCauses = [
  ['softwareThermal', 'its temperature'],
  ['hardwareThermal', 'its temperature'],
  ['powerBrake', 'the power brake of the server'],
  ['syncBoost', 'the clocks of its group'],
  ['hardwareSlowdown', 'its hardware'],
] as const

/** The most severe cause alone: hardware slowdown comes with the reason for it. */
function throttled({ id, throttledShare }: DeviceSummary): Warning[] {
  const found = unusualCauses
    .flatMap(([key, cause]) => {
      const share = throttledShare[key] ?? 0
      return share > energyLimits.throttledShare ? [{ key, cause, share }] : []
    })
    .sort((a, b) => b.share - a.share)
  const [worst] = found
  if (worst === undefined) return []
  const { cause, share } = worst
  return [warn('GPU_THROTTLED', { domain: id, cause, share })]
}

function limited(
  { id, powerLimitW, throttledShare }: DeviceSummary,
  facts: DeviceFacts | undefined,
  askedPowerLimitW: number | null,
): Warning[] {
  const defaultLimitW = facts?.defaultPowerLimitW ?? null
  if (powerLimitW === null || defaultLimitW === null || askedPowerLimitW !== null) return []
  if (powerLimitW >= defaultLimitW * (1 - energyLimits.limitShare)) return []
  const share = throttledShare.powerCap
  return [warn('GPU_POWER_LIMITED', { domain: id, powerLimitW, defaultLimitW, share })]
}

function limitMoved(id: string, limitsW: readonly number[]): Warning[] {
  if (limitsW.length === 0) return []
  const [leastW, mostW] = [Math.min(...limitsW), Math.max(...limitsW)]
  if (leastW >= mostW * (1 - energyLimits.limitShare)) return []
  return [warn('GPU_LIMIT_CHANGED', { domain: id, leastW, mostW })]
}

function notPersistent(facts: DeviceFacts | undefined): Warning[] {
  return facts?.isPersistent === false ? [warn('GPU_NOT_PERSISTENT', { domain: facts.id })] : []
}

function warmed({ id, temperature }: DeviceSummary): Warning[] {
  if (temperature === null) return []
  const { startC, endC } = temperature
  if (Math.abs(endC - startC) <= energyLimits.temperatureDriftC) return []
  return [warn('TEMPERATURE_DRIFTED', { domain: id, startC, endC })]
}

function clockMoved({ id, smClock, lookCount }: DeviceSummary): Warning[] {
  if (smClock === null || lookCount < energyLimits.leastLooks) return []
  const { startMhz, endMhz } = smClock
  if (Math.abs(endMhz - startMhz) <= energyLimits.clockDriftShare * startMhz) return []
  return [warn('CLOCK_DRIFTED', { domain: id, startMhz, endMhz })]
}

function shared({ id, otherPrograms }: DeviceSummary): Warning[] {
  if (otherPrograms === null || otherPrograms.length === 0) return []
  const pids = otherPrograms.map(({ pid }) => pid).join(', ')
  return [warn('GPU_SHARED', { domain: id, processes: otherPrograms.length, pids })]
}
