/** One row per accelerator: how warm it was, how fast it ran, and what held it down. */

import { formatNumber } from '../core/units.ts'
import type { DeviceSummary } from '../store/deviceSummary.ts'
import type { Row } from './energySection.ts'

export function deviceRows(devices: readonly DeviceSummary[]): Row[] {
  return devices.map((device) => ({ label: device.id, text: textOf(device) }))
}

function textOf({ temperature, smClock, powerLimitW, throttledShare }: DeviceSummary): string {
  const parts = [
    ...(temperature === null ? [] : [`${temperature.startC} to ${temperature.endC} °C`]),
    ...(smClock === null
      ? []
      : [`${formatNumber(smClock.startMhz)} to ${formatNumber(smClock.endMhz)} MHz`]),
    ...(powerLimitW === null ? [] : [`limit ${formatNumber(powerLimitW)} W`]),
    ...causes.flatMap(([key, words]) => {
      const share = throttledShare[key] ?? 0
      return share > 0 ? [`held down by ${words} for ${formatNumber(100 * share)} %`] : []
    }),
  ]
  return parts.length === 0 ? 'its driver tells nothing' : parts.join(', ')
}

const causes = [
  ['powerCap', 'its power limit'],
  ['softwareThermal', 'temperature'],
  ['hardwareThermal', 'temperature (hardware)'],
  ['powerBrake', 'the power brake'],
  ['syncBoost', 'the clocks of its group'],
  ['hardwareSlowdown', 'its hardware'],
] as const
