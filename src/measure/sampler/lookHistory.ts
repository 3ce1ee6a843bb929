/** Keeps looks at the devices in bounded memory: when there are too many, neighbors become one. */

import type { DeviceState } from '../../energy/energySource.ts'
import type { DeviceLook } from './deviceWatch.ts'

export interface LookHistory {
  add(look: DeviceLook): void
  /** In order of time. */
  looks(): readonly DeviceLook[]
}

/** An hour at one a second; a day then has one about every half minute. */
const mostLooks = 3600

export function lookHistory(most = mostLooks): LookHistory {
  let kept: DeviceLook[] = []
  /** How many looks make one. */
  let stride = 1
  let pending: DeviceLook | null = null
  let pendingCount = 0
  return {
    add(look) {
      pending = pending === null ? look : merged(pending, look)
      if (++pendingCount < stride) return
      kept.push(pending)
      pending = null
      pendingCount = 0
      if (kept.length < most) return
      kept = kept.flatMap((one, index) => {
        const next = kept[index + 1]
        return index % 2 === 1 ? [] : [next === undefined ? one : merged(one, next)]
      })
      stride *= 2
    },
    looks: () => (pending === null ? kept : [...kept, pending]),
  }
}

/** The later one, with every program and every cause of throttling that either saw. */
function merged(first: DeviceLook, second: DeviceLook): DeviceLook {
  const before = new Map(first.states.map((state) => [state.id, state]))
  const users = new Map(
    [...first.users, ...second.users].map((user) => [`${user.id} ${user.pid}`, user]),
  )
  return {
    atMs: second.atMs,
    states: second.states.map((state) => withReasons(state, before.get(state.id))),
    users: [...users.values()],
  }
}

function withReasons(state: DeviceState, before: DeviceState | undefined): DeviceState {
  if (before === undefined) return state
  const reasons = [state.throttleReasons, before.throttleReasons].flatMap((list) => list ?? [])
  const isUnknown = state.throttleReasons === null && before.throttleReasons === null
  return { ...state, throttleReasons: isUnknown ? null : [...new Set(reasons)] }
}
