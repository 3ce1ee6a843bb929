/** What a sensor is like, from how it shows a square wave of load: how often it publishes, over what it averages, how late it is. */

export interface WaveReading {
  atMs: number
  joules: number | null
  watts: number | null
}

/** A moment at which the load began or ended. */
export interface WaveEdge {
  atMs: number
  isRise: boolean
}

export interface SensorFit {
  updatePeriodMs: number
  /** Each value is the mean of the load over this time. */
  averagingWindowMs: number
  /** How late a value is beyond what its averaging explains. */
  lagMs: number
  /** Part of the time that the sensor looks at. */
  observedShare: number
  /** Power between and in the loads. */
  lowW: number
  highW: number
  /** How far the values lie from the fit, as a share of the step: root mean square. */
  residual: number
}

export type FitResult = { ok: true; fit: SensorFit } | { ok: false; reason: string }

interface Value {
  atMs: number
  powerW: number
}

/**
 * A value that is published at t and is the mean over W up to t - lag shows a step at time 0 as a ramp: 0 up to lag, 1
 * from lag + W on. Lag and W are those whose ramp is nearest to all values by least squares; when the sensor publishes
 * does not matter, since only published values are looked at (Yang et al., SC24, fit the same to their square waves).
 */
export function fitSensor(
  readings: readonly WaveReading[],
  edges: readonly WaveEdge[],
  method: 'counter' | 'power',
): FitResult {
  const values = method === 'counter' ? risesOf(readings) : changesOf(readings)
  const updatePeriodMs = periodOf(values, method)
  if (updatePeriodMs === null) return { ok: false, reason: 'it changed too rarely' }
  const halves = halvesOf(edges, values)
  const settled = (isHigh: boolean): number[] =>
    halves.filter(({ edge }) => edge.isRise === isHigh).flatMap(({ plateau }) => plateau)
  const [lowW, highW] = [medianOf(settled(false)), medianOf(settled(true))]
  if (lowW === null || highW === null || halves.length < leastEdges) {
    return { ok: false, reason: `it published too rarely for a wave of ${edges.length} edges` }
  }
  const noiseW = Math.max(spreadOf(settled(false), lowW), spreadOf(settled(true), highW))
  if (highW - lowW < leastSteps * noiseW || highW <= lowW) {
    return { ok: false, reason: 'the load does not stand out from its noise' }
  }
  const points = halves.flatMap(({ edge, after }) =>
    after.map(({ atMs, powerW }) => {
      const share = (powerW - lowW) / (highW - lowW)
      return { afterMs: atMs - edge.atMs, share: edge.isRise ? share : 1 - share }
    }),
  )
  const { lagMs, windowMs, residual } = fitRamp(points)
  const observedShare = Math.min(1, windowMs / updatePeriodMs)
  return {
    ok: true,
    fit: {
      updatePeriodMs,
      averagingWindowMs: windowMs,
      lagMs,
      observedShare,
      lowW,
      highW,
      residual,
    },
  }
}

const leastEdges = 8
/** The step of the load in units of the noise of its plateaus. */
const leastSteps = 4

/** Each new value of a power, stamped with the first reading that showed it. */
function changesOf(readings: readonly WaveReading[]): Value[] {
  const values: Value[] = []
  for (const { atMs, watts } of readings) {
    if (watts !== null && watts !== values.at(-1)?.powerW) values.push({ atMs, powerW: watts })
  }
  return values.slice(1)
}

/** Mean power from change to change of a counter: a sensor that averages over its period. */
function risesOf(readings: readonly WaveReading[]): Value[] {
  const changes: { atMs: number; joules: number }[] = []
  for (const { atMs, joules } of readings) {
    if (joules !== null && joules !== changes.at(-1)?.joules) changes.push({ atMs, joules })
  }
  // The first value may have been there for long: its moment is not that of a change.
  return changes.slice(2).flatMap(({ atMs, joules }, index) => {
    const before = changes[index + 1]
    if (before === undefined || joules < before.joules) return []
    return [{ atMs, powerW: (1000 * (joules - before.joules)) / (atMs - before.atMs) }]
  })
}

/** Power may publish the same value twice: its shorter times are those of single periods. A counter always moves. */
function periodOf(values: readonly Value[], method: 'counter' | 'power'): number | null {
  const times = values
    .slice(1)
    .map(({ atMs }, index) => atMs - (values[index]?.atMs ?? atMs))
    .sort((a, b) => a - b)
  if (times.length < leastEdges) return null
  const median = times[Math.floor(times.length / 2)] ?? 0
  if (method === 'power') return times[Math.floor(times.length / 4)] ?? null
  const usual = times.filter((timeMs) => timeMs < 1.5 * median)
  return usual.reduce((sum, timeMs) => sum + timeMs, 0) / usual.length
}

/** The values between each edge and the next, and those of its last two fifths, which have settled. */
function halvesOf(edges: readonly WaveEdge[], values: readonly Value[]) {
  return edges.slice(0, -1).flatMap((edge, index) => {
    const endMs = edges[index + 1]?.atMs ?? edge.atMs
    const settledMs = endMs - 0.4 * (endMs - edge.atMs)
    const after = values.filter(({ atMs }) => atMs > edge.atMs && atMs <= endMs)
    const plateau = after.filter(({ atMs }) => atMs > settledMs).map(({ powerW }) => powerW)
    return after.length === 0 ? [] : [{ edge, after, plateau }]
  })
}

interface RampPoint {
  afterMs: number
  share: number
}

/** Coarse first, then to the millisecond around the best. */
function fitRamp(points: readonly RampPoint[]) {
  const longestMs = 1600
  let best = { lagMs: 0, windowMs: 0, error: Number.POSITIVE_INFINITY }
  const tryAll = (lags: readonly number[], windows: readonly number[]): void => {
    for (const lagMs of lags) {
      for (const windowMs of windows) {
        const error = rampError(points, lagMs, windowMs)
        if (error < best.error) best = { lagMs, windowMs, error }
      }
    }
  }
  tryAll(range(0, 800, 20), range(0, longestMs, 20))
  const { lagMs, windowMs } = best
  tryAll(range(lagMs - 24, lagMs + 24, 2), range(windowMs - 24, windowMs + 24, 2))
  return { ...best, residual: Math.sqrt(best.error / points.length) }
}

function rampError(points: readonly RampPoint[], lagMs: number, windowMs: number): number {
  let error = 0
  for (const { afterMs, share } of points) {
    const ramp = Math.min(1, Math.max(0, (afterMs - lagMs) / Math.max(1, windowMs)))
    error += (share - ramp) ** 2
  }
  return error
}

const range = (from: number, to: number, step: number): number[] =>
  Array.from(
    { length: Math.floor((to - from) / step) + 1 },
    (_, index) => from + index * step,
  ).filter((value) => value >= 0)

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** From the median of the distances, which outliers do not move: 1.48 of it is sd of a normal distribution. */
function spreadOf(values: readonly number[], center: number): number {
  return 1.48 * (medianOf(values.map((value) => Math.abs(value - center))) ?? 0)
}
