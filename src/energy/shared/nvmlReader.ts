/** Reads all domains of the NVIDIA boards in one pass: per board the counter, then everything else in one call. */

import { millijoulesToJ, milliwattsToW } from '../../core/units.ts'
import type { EnergyReading } from '../energySource.ts'
import type { NvmlBoard } from './findNvmlBoards.ts'
import { type NvmlLibrary, successOf } from './loadNvml.ts'
import type { NvmlCall, NvmlSensor } from './nvmlSensors.ts'

/** Readings in the order of the sensors. Whatever fails is null, and the rest goes on. */
export function nvmlSensorReader(
  nvml: NvmlLibrary,
  sensors: readonly NvmlSensor[],
  nowMs: () => number,
): () => EnergyReading[] {
  const boards = new Map<NvmlBoard, BoardReader>()
  for (const { gpu } of sensors) {
    if (gpu.board === null || boards.has(gpu.board)) continue
    const own = sensors.filter((sensor) => sensor.gpu.board === gpu.board)
    boards.set(gpu.board, boardReader(nvml, gpu.board, { sensors: own, nowMs }))
  }
  return () => {
    const found = new Map([...boards.values()].flatMap((read) => read()))
    const atMs = nowMs()
    return sensors.map(({ id }) => found.get(id) ?? { domain: id, atMs, joules: null, watts: null })
  }
}

type BoardReader = () => [string, EnergyReading][]

/**
 * The stamp of a domain is that of its counter, which windows are cut by; watts are read right after. Calls of the
 * counter may take milliseconds, a call for many fields some microseconds.
 */
function boardReader(
  nvml: NvmlLibrary,
  { handle }: NvmlBoard,
  { sensors, nowMs }: { sensors: readonly NvmlSensor[]; nowMs: () => number },
): BoardReader {
  const calls = sensors.flatMap(({ energy, power }) => [energy, power])
  const fields = calls.filter((call) => call !== null && call !== 'function')
  const readFields = nvml.fieldReader(fields)
  const hasCounter = sensors.some(({ energy }) => energy === 'function')
  const hasUsage = sensors.some(({ power }) => power === 'function')
  return () => {
    const startMs = nowMs()
    const counterJ = hasCounter ? successOf(nvml.energyJ(handle)) : null
    const counterMs = nowMs()
    const values = readFields(handle)
    const fieldsMs = nowMs()
    const usageW = hasUsage ? successOf(nvml.usagePowerW(handle)) : null
    const usageMs = nowMs()
    const fieldOf = (call: NvmlCall): number | null => {
      const result = values[call === 'function' ? -1 : fields.indexOf(call)]
      return result?.ok ? result.value : null
    }
    const joulesOf = (call: NvmlCall | null): number | null => {
      if (call === 'function') return counterJ
      const millijoules = call === null ? null : fieldOf(call)
      return millijoules === null ? null : millijoulesToJ(millijoules)
    }
    const wattsOf = (call: NvmlCall | null): number | null => {
      if (call === 'function') return usageW
      const milliwatts = call === null ? null : fieldOf(call)
      return milliwatts === null ? null : milliwattsToW(milliwatts)
    }
    return sensors.map(({ id, energy, power }) => {
      const first = energy ?? power
      const spans: [number, number] =
        first !== 'function'
          ? [counterMs, fieldsMs]
          : energy === 'function'
            ? [startMs, counterMs]
            : [fieldsMs, usageMs]
      const atMs = (spans[0] + spans[1]) / 2
      return [id, { domain: id, atMs, joules: joulesOf(energy), watts: wattsOf(power) }]
    })
  }
}
