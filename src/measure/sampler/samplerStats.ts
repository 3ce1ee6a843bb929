/** What sampling itself did in a window: how many ticks, how late, and at what cost. */

import { quantile } from '../../stats/descriptive.ts'
import type { Window } from '../../store/resultFile.ts'
import type { StoredTick } from './readingStore.ts'
import type { CpuSample } from './samplerMessages.ts'

export interface SamplerStats {
  ticks: number
  /** 99th percentile of how far from its deadline a tick was; null without a tick. */
  intervalErrorP99Ms: number | null
  /** CPU time of the sampler thread; null when the system does not tell. */
  cpuMs: number | null
}

export function samplerStats(
  ticks: readonly StoredTick[],
  cpu: readonly CpuSample[],
  { startMs, endMs }: Window,
): SamplerStats {
  const inside = ticks.filter(({ wokeMs }) => wokeMs >= startMs && wokeMs <= endMs)
  const errorsMs = inside
    .map(({ deadlineMs, wokeMs }) => Math.abs(wokeMs - deadlineMs))
    .sort((a, b) => a - b)
  const [before, after] = [cpuAtMs(cpu, startMs), cpuAtMs(cpu, endMs)]
  return {
    ticks: Math.round(inside.reduce((sum, { count }) => sum + count, 0)),
    intervalErrorP99Ms: quantile(errorsMs, 0.99),
    cpuMs: before === null || after === null ? null : after - before,
  }
}

/** On the straight line between the samples around it; null outside them. */
function cpuAtMs(cpu: readonly CpuSample[], atMs: number): number | null {
  const index = cpu.findIndex((sample) => sample.atMs >= atMs)
  const [before, after] = [cpu[index - 1], cpu[index]]
  if (after?.atMs === atMs) return after.cpuMs
  if (before === undefined || after === undefined) return null
  const share = (atMs - before.atMs) / (after.atMs - before.atMs)
  return before.cpuMs + (after.cpuMs - before.cpuMs) * share
}
