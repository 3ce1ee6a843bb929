/** For what part of a window each cause held the clocks of a device down. */

import type { DeviceState, ThrottleCause } from '../../energy/energySource.ts'
import type { DeviceSummary } from '../../store/deviceSummary.ts'
import type { Window } from '../../store/resultFile.ts'

/** `states` are all looks at one device, in order of time, those around the window too. */
export function throttledShare(
  states: readonly DeviceState[],
  window: Window,
): DeviceSummary['throttledShare'] {
  const inside = states.filter(({ atMs }) => atMs >= window.startMs && atMs <= window.endMs)
  const shareOf = (cause: ThrottleCause): number | null =>
    countedShare(states, cause, window) ?? seenShare(inside, cause)
  return {
    powerCap: shareOf('powerCap'),
    softwareThermal: shareOf('softwareThermal'),
    hardwareThermal: shareOf('hardwareThermal'),
    powerBrake: shareOf('powerBrake'),
    syncBoost: shareOf('syncBoost'),
    hardwareSlowdown: seenShare(inside, 'hardwareSlowdown'),
  }
}

/** From the driver's own account of time, on the straight line between looks; null when it keeps none or none lies around. */
function countedShare(
  states: readonly DeviceState[],
  cause: ThrottleCause,
  { startMs, endMs }: Window,
): number | null {
  const points = states.flatMap(({ atMs, throttledMs }) => {
    const heldMs = throttledMs[cause]
    return heldMs === null ? [] : [{ atMs, heldMs }]
  })
  const before = heldAt(points, startMs)
  const after = heldAt(points, endMs)
  // A counter that fell was started again with its driver.
  if (before === null || after === null || after < before || endMs <= startMs) return null
  return Math.min(1, (after - before) / (endMs - startMs))
}

interface HeldPoint {
  atMs: number
  heldMs: number
}

function heldAt(points: readonly HeldPoint[], atMs: number): number | null {
  const index = points.findIndex((point) => point.atMs >= atMs)
  const after = points[index]
  const before = points[index - 1] ?? (after?.atMs === atMs ? after : undefined)
  if (before === undefined || after === undefined) return null
  const spanMs = after.atMs - before.atMs
  const share = spanMs === 0 ? 0 : (atMs - before.atMs) / spanMs
  return before.heldMs + (after.heldMs - before.heldMs) * share
}

function seenShare(
  states: readonly DeviceState[],
  cause: ThrottleCause | 'hardwareSlowdown',
): number | null {
  const known = states.flatMap(({ throttleReasons }) => throttleReasons ?? 'unknown')
  const looks = states.filter(({ throttleReasons }) => throttleReasons !== null).length
  return looks === 0 ? null : known.filter((reason) => reason === cause).length / looks
}
