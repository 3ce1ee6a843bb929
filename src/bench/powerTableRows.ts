/** Readings that look like those of boards: counters of millijoules that move every 100 ms, and watts. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import { readingWidth, tickWidth } from '../measure/sampler/sampleBlock.ts'

export const sampleHz = 100
export const benchDomains: readonly EnergyDomain[] = Array.from({ length: 16 }, (_, index) => ({
  id: `gpu${index}`,
  source: 'bench',
  scope: 'board',
  method: 'counter',
  isSynthetic: true,
  deviceId: `GPU-${index}`,
  contains: [],
  updatePeriodMs: 100,
  wrapsAtJ: null,
  gainUncertainty: 0.05,
}))

export const joulesPerPeriod = (domain: number): number => 20 + domain

/** Fills one second. */
export function fillSecond(second: number, readings: Float64Array, ticks: Float64Array): void {
  const domainCount = benchDomains.length
  for (let tick = 0; tick < sampleHz; tick++) {
    const tickMs = 1000 * second + 10 * tick
    ticks[tickWidth * tick] = tickMs
    ticks[tickWidth * tick + 1] = tickMs + 0.1
    for (let domain = 0; domain < domainCount; domain++) {
      const period = second * 10 + Math.floor(tick / 10)
      const at = readingWidth * (tick * domainCount + domain)
      readings[at] = domain
      readings[at + 1] = tickMs + 0.013 * domain + 0.0007 * ((period * 7919) % 101)
      readings[at + 2] =
        Math.round(1000 * period * joulesPerPeriod(domain) + ((period * 104_729) % 9973)) / 1000
      readings[at + 3] = 200 + 10 * domain + ((period * 7919) % 1009) / 100
    }
  }
}
