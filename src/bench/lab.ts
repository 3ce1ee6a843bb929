/** How far off the energy is from a known truth: 10 000 windows of modelled sensors through the real sampler and summary. */

import { formatNumber, msToSeconds } from '../core/units.ts'
import { coverage } from '../lab/coverage.ts'
import { runScenario } from '../lab/runScenario.ts'
import { scenarios } from '../lab/scenarios.ts'
import { sensorTypes } from '../lab/sensorTypes.ts'
import { type BenchRow, limitedRow } from './benchRow.ts'

const windows = 10_000 / sensorTypes.length

export async function lab(): Promise<BenchRow[]> {
  const startMs = performance.now()
  let beyond = 0
  for (const scenario of scenarios) {
    if (!(await runScenario(scenario)).isWithinAllowed) beyond++
  }
  const scenariosMs = performance.now() - startMs
  const rows: BenchRow[] = [
    limitedRow({
      name: 'lab, 100 scenarios: beyond what is allowed',
      value: beyond,
      unit: '',
      limit: 0,
    }),
    limitedRow({
      name: 'lab, 100 scenarios: time',
      value: msToSeconds(scenariosMs),
      unit: 's',
      limit: 60,
    }),
  ]
  for (const type of sensorTypes) {
    const { share, rmsError, meanError, halfWidth } = await coverage(type, windows, 1)
    const figures = [rmsError, meanError, halfWidth].map((each) => `${formatNumber(100 * each)} %`)
    rows.push({
      name: `lab, ${type.name}: truth inside the 95 % interval (error rms ${figures[0]}, mean ${figures[1]}, interval ${figures[2]})`,
      value: 100 * share,
      unit: '%',
      limit: null,
      isMet: share >= 0.93 && share <= 0.97,
    })
  }
  const coverageMs = performance.now() - startMs
  rows.push(
    limitedRow({
      name: 'lab: time of everything',
      value: msToSeconds(coverageMs),
      unit: 's',
      limit: 60,
    }),
  )
  return rows
}
