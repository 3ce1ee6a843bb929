/** The only place where one unit becomes another, or a quantity becomes text. */

export const secondsToMs = (seconds: number): number => seconds * 1000
export const hoursToMs = (hours: number): number => hours * 3_600_000
export const msToSeconds = (ms: number): number => ms / 1000
export const mebibytesToBytes = (mebibytes: number): number => mebibytes * 1024 ** 2
export const gibibytesToBytes = (gibibytes: number): number => gibibytes * 1024 ** 3
export const millijoulesToJ = (millijoules: number): number => millijoules / 1000
export const nanosecondsToMs = (nanoseconds: number): number => nanoseconds / 1e6
export const percentToShare = (percent: number): number => percent / 100
export const microwattsToW = (microwatts: number): number => microwatts / 1e6
export const hertzToMhz = (hertz: number): number => hertz / 1e6
export const millidegreesToC = (millidegrees: number): number => millidegrees / 1000
export const milliampsToA = (milliamps: number): number => milliamps / 1000
export const millivoltsToV = (millivolts: number): number => millivolts / 1000
export const microjoulesToJ = (microjoules: number): number => microjoules / 1e6
export const kilowattsToW = (kilowatts: number): number => kilowatts * 1000
export const milliwattsToW = (milliwatts: number): number => milliwatts / 1000
export const wToMilliwatts = (watts: number): number => watts * 1000

/** `4.2 s`, `4 m 32 s`, `1 h 05 m`; below one second in milliseconds. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`
  if (durationMs < 999.5) return `${formatNumber(durationMs)} ms`
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`
  const minutes = Math.round(durationMs / 60_000)
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Binary bytes with one decimal: `270.4 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  let value = bytes
  let power = 0
  // From here on, one decimal would round up to the next unit.
  for (; value >= 1023.95 && power < byteUnits.length - 1; power++) value /= 1024
  return `${power === 0 ? value : value.toFixed(1)} ${byteUnits[power]}`
}

/** `933 J`, `12.4 kJ`, `3.60 MJ`: three figures with a decimal prefix. */
export function formatJoules(energyJ: number): string {
  if (energyJ < 0) return `-${formatJoules(-energyJ)}`
  // Rounded first: 999.9 J is `1.00 kJ`, not `1000 J`.
  const rounded = Number(energyJ.toPrecision(3))
  const prefixes = [
    { unit: 1, name: 'J' },
    { unit: 1e3, name: 'kJ' },
    { unit: 1e6, name: 'MJ' },
    { unit: 1e9, name: 'GJ' },
  ]
  const { unit, name } = prefixes.findLast((prefix) => rounded >= prefix.unit) ?? {
    unit: 1,
    name: 'J',
  }
  return `${formatNumber(rounded / unit)} ${name}`
}

export const joulesToKwh = (energyJ: number): number => energyJ / 3.6e6

/** A count with its decimal prefix: `135 M`, `8.03 B`; below ten thousand as it is. */
export function formatCount(count: number): string {
  if (count < 1e4) return String(count)
  const prefixes = [
    { unit: 1e3, suffix: ' k' },
    { unit: 1e6, suffix: ' M' },
    { unit: 1e9, suffix: ' B' },
  ]
  // Rounded first: 999 999 is `1.00 M`, not `1000 k`.
  const rounded = Number(count.toPrecision(3))
  const { unit, suffix } = prefixes.findLast((prefix) => rounded >= prefix.unit) ?? {
    unit: 1,
    suffix: '',
  }
  return `${formatNumber(rounded / unit)}${suffix}`
}

/** A number to `digits` significant figures without an exponent: `1234.5` is `1230` at three digits. */
export function formatNumber(value: number, digits = 3): string {
  if (value < 0) return `-${formatNumber(-value, digits)}`
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const [mantissa = '', exponentText] = value.toPrecision(digits).split('e')
  if (exponentText === undefined) return mantissa
  const exponent = Number(exponentText)
  const figures = mantissa.replace('.', '')
  return exponent > 0
    ? figures.padEnd(exponent + 1, '0')
    : `0.${'0'.repeat(-exponent - 1)}${figures}`
}

const pad = (value: number): string => String(value).padStart(2, '0')
