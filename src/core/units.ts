/** The only place where one unit becomes another, or a quantity becomes text. */

export const secondsToMs = (seconds: number): number => seconds * 1000
export const msToSeconds = (ms: number): number => ms / 1000
export const mebibytesToBytes = (mebibytes: number): number => mebibytes * 1024 ** 2
export const millijoulesToJ = (millijoules: number): number => millijoules / 1000
export const microjoulesToJ = (microjoules: number): number => microjoules / 1e6
export const milliwattsToW = (milliwatts: number): number => milliwatts / 1000
export const microwattsToW = (microwatts: number): number => microwatts / 1e6

/** `4.2 s`, `4 m 32 s`, `1 h 05 m`; below one second in milliseconds. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${formatNumber(durationMs)} ms`
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`
  const seconds = Math.round(durationMs / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
}

/** Binary bytes with one decimal: `270.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}

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
  if (value === 0 || !Number.isFinite(value)) return String(value)
  // Rounded first: 99.96 is `100`, not `100.0`.
  const rounded = Number(value.toPrecision(digits))
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(rounded)))
  return decimals >= 0 ? rounded.toFixed(Math.min(decimals, 20)) : String(rounded)
}

const pad = (value: number): string => String(value).padStart(2, '0')
