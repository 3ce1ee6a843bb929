/** What is known of the power sensors of each generation of devices, as data with its source. */

/** Which reading of a device a card describes: an energy counter, or power as the driver calls it. */
export type SensorReading = 'counter' | 'instant' | 'average'

/** Null is what nobody has established. */
export interface SensorCard {
  /** Part whose sensor was studied. */
  part: string
  reading: SensorReading
  /** How often a new value appears. */
  updatePeriodMs: number | null
  /** Each value is a mean over this time. */
  averagingWindowMs: number | null
  /** Part of the time that the sensor looks at: 0.25 sees a quarter of what happens. */
  observedShare: number | null
  /** Relative standard uncertainty of the gain, the same in every run on one board. */
  gainUncertainty: number
  source: string
}

/** What tells sensors apart: a driver's name of the device, and its generation where the driver says it. */
export interface SensorIdentity {
  name: string
  /** `Hopper`, `Ampere`, ...; null when the driver does not say. */
  architecture: string | null
  reading: SensorReading
}

/** The card of a sensor, or null when nothing is known of it. */
export function findSensorCard({ name, architecture, reading }: SensorIdentity): SensorCard | null {
  const text = `${name} ${architecture ?? ''}`
  const row = rows.find(({ parts, readings }) => readings.has(reading) && parts.test(text))
  if (row === undefined) return null
  const { part, updatePeriodMs, averagingWindowMs, observedShare, gainUncertainty, source } = row
  return {
    part,
    reading,
    updatePeriodMs,
    averagingWindowMs,
    observedShare,
    gainUncertainty,
    source,
  }
}

interface Row extends Omit<SensorCard, 'reading'> {
  /** Matched against the name of the device and its generation. */
  parts: RegExp
  readings: ReadonlySet<SensorReading>
}

const yang = 'Yang, Adamek, Armour, SC24, arXiv 2312.02741'
/**
 * Gains of boards differ by about 5 % either way (Yang et al., over 70 boards). No distribution is published, so the
 * half-width itself is taken as the standard uncertainty; a rectangular one would give 0.029.
 */
const gainUncertainty = 0.05
/** Before Ampere, and on GA100, the driver knows no average: both names give the same value. nvml.h, nvmlDeviceGetPowerUsage */
const onlyPower: ReadonlySet<SensorReading> = new Set<SensorReading>(['instant', 'average'])
const instant: ReadonlySet<SensorReading> = new Set<SensorReading>(['instant'])
const average: ReadonlySet<SensorReading> = new Set<SensorReading>(['average'])
const counter: ReadonlySet<SensorReading> = new Set<SensorReading>(['counter'])

/** The first row that fits counts: parts before their generation. */
const rows: readonly Row[] = [
  {
    // Averages logarithmically, with a time constant of about 200 ms: no window describes it.
    part: 'Kepler, Maxwell',
    parts: /\b(Kepler|Maxwell|Tesla [KM]\d+)\b/i,
    readings: onlyPower,
    updatePeriodMs: 20,
    averagingWindowMs: null,
    observedShare: null,
    gainUncertainty,
    source: yang,
  },
  {
    part: 'Pascal, Volta',
    parts: /\b(Pascal|Volta|Tesla [PV]\d+|[PV]100)\b/i,
    readings: onlyPower,
    updatePeriodMs: 20,
    averagingWindowMs: 10,
    observedShare: 0.5,
    gainUncertainty,
    source: yang,
  },
  {
    part: 'Turing',
    parts: /\b(Turing|T4|RTX 20\d\d)\b/i,
    readings: onlyPower,
    updatePeriodMs: 100,
    averagingWindowMs: 100,
    observedShare: 1,
    gainUncertainty,
    source: yang,
  },
  {
    // The paper studied the A100; A30 and A800 carry the same chip.
    part: 'A100 (GA100)',
    parts: /\b(GA100|A100|A800|A30)\b/i,
    readings: onlyPower,
    updatePeriodMs: 100,
    averagingWindowMs: 25,
    observedShare: 0.25,
    gainUncertainty,
    source: yang,
  },
  {
    part: 'GH200',
    parts: /\bGH200\b/i,
    readings: instant,
    updatePeriodMs: 100,
    averagingWindowMs: 20,
    observedShare: 0.2,
    gainUncertainty,
    source: yang,
  },
  {
    // The paper studied the H100; H200, H800 and H20 carry the same chip.
    part: 'H100',
    parts: /\b(H[128]00|H20|Hopper)\b/i,
    readings: instant,
    updatePeriodMs: 100,
    averagingWindowMs: 25,
    observedShare: 0.25,
    gainUncertainty,
    source: yang,
  },
  {
    part: 'RTX 3090 class (Ampere but GA100)',
    parts: /\b(Ampere|A(?:2|10|16|40)|RTX (?:A\d+|30\d\d))\b/i,
    readings: instant,
    updatePeriodMs: 100,
    averagingWindowMs: 100,
    observedShare: 1,
    gainUncertainty,
    source: yang,
  },
  {
    part: 'Ampere but GA100, Ada, Hopper: mean over one second',
    parts:
      /\b(Ampere|Ada|Hopper|GH200|H[128]00|H20|A(?:2|10|16|40)|L(?:4|20|40S?)|RTX (?:A\d+|[34]0\d\d))\b/i,
    readings: average,
    updatePeriodMs: 100,
    averagingWindowMs: 1000,
    observedShare: 1,
    gainUncertainty,
    source: yang,
  },
  {
    // Nobody has shown whether the counter sees all of the time where instant power does not, nor measured its gain: this
    // is that of power. The period is what the makers of Zeus found; NVIDIA states none.
    part: 'NVIDIA energy counter',
    parts: /\b(NVIDIA|Tesla|Quadro|GeForce|Volta|Turing|Ampere|Ada|Hopper|Blackwell)\b/i,
    readings: counter,
    updatePeriodMs: 100,
    averagingWindowMs: null,
    observedShare: null,
    gainUncertainty,
    source:
      'https://ml.energy/blog/energy/measurement/thermally-stable-profiling-for-accurate-gpu-energy-measurement',
  },
  {
    // Validated within 5 % of node sensors; the power field has an undocumented moving average.
    part: 'MI250X, MI300A energy counter',
    parts: /\b(MI250X?|MI300A)\b/i,
    readings: counter,
    updatePeriodMs: 1,
    averagingWindowMs: null,
    observedShare: null,
    gainUncertainty: 0.05,
    source: 'arXiv 2604.06056',
  },
]
