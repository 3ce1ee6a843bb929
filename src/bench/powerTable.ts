/** What keeping raw readings costs: a day of 16 domains at 100 readings a second, written as they come. */

import type { PowerRow } from '../store/powerTableFormat.ts'
import { powerTableWriter } from '../store/powerTableWriter.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const sampleHz = 100
const hours = 24
const domainCount = 16
const ids = Array.from({ length: domainCount }, (_, index) => `gpu${index}`)

export async function powerTable(): Promise<BenchRow[]> {
  let writtenBytes = 0
  // Counted and dropped: the disk is not what is measured, and a day is two gigabytes.
  const table = powerTableWriter(async (bytes) => {
    writtenBytes += bytes.length
  }, [])
  const startBytes = process.memoryUsage.rss()
  let peakBytes = startBytes
  const cpu = process.cpuUsage()
  const seconds = hours * 3600
  for (let second = 0; second < seconds; second++) {
    await table.add(secondOfRows(second))
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
  }
  await table.finish()
  const { user, system } = process.cpuUsage(cpu)
  const name = `power table, ${hours} h of ${domainCount} domains at ${sampleHz} Hz`
  return [
    limitedRow({
      name: `${name}: memory`,
      value: (peakBytes - startBytes) / 1e6,
      unit: 'MB',
      limit: 60,
    }),
    limitedRow({
      name: `${name}: CPU time`,
      value: (100 * (user + system)) / 1e6 / seconds,
      unit: '% of a core',
      limit: 1,
    }),
    limitedRow({ name: `${name}: file`, value: writtenBytes / 1e9, unit: 'GB', limit: null }),
  ]
}

/** Readings that look like those of boards: a counter of millijoules that moves every 100 ms. */
function secondOfRows(second: number): PowerRow[] {
  return Array.from({ length: sampleHz * domainCount }, (_, index) => {
    const tick = Math.floor(index / domainCount)
    const domain = index % domainCount
    const period = second * 10 + Math.floor(tick / 10)
    return {
      domain: ids[domain] ?? '',
      atMs: 1000 * second + 10 * tick + 0.013 * domain + 0.0007 * ((period * 7919) % 101),
      joules: Math.round(period * (20_000 + 1000 * domain) + ((period * 104_729) % 9973)) / 1000,
      watts: 200 + 10 * domain + ((period * 7919) % 1009) / 100,
    }
  })
}
