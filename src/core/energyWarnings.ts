/** Warnings of joules: what their sensors do not tell, tell wrongly, or tell against each other. */

import { formatDuration, formatNumber } from './units.ts'
import { row } from './warningRow.ts'

const joulesOrUnknown = (joules: number | null): string =>
  joules === null ? 'unknown' : `${formatNumber(joules)} J`

/** Causes of a disagreement in words. */
const causeTexts: Readonly<Record<string, string>> = {
  stuck: 'because one is stuck',
  backwards: 'because a counter ran backwards',
  zero: 'because one reads zero',
  doubled: 'because one counts twice',
  averaged: 'because one is a mean over a second',
  wrapped: 'because a counter wrapped unseen',
  'wrong device': 'because they belong to different devices',
  'module scope': 'because one covers more than the other',
}

export const energyWarnings = {
  ENERGY_UNKNOWN: row<{ domain: string; cause: string }>(
    (d) => `energy of ${d.domain} is unknown: ${d.cause}`,
    () => 'Run `llem doctor` to see what this machine can read and how to allow it.',
  ),
  IDLE_POWER_UNKNOWN: row<{ domain: string; cause: string }>(
    (d) => `idle power of ${d.domain} is unknown: ${d.cause}`,
    () => 'Measure again; the raw readings are in power.parquet.',
  ),
  ENERGY_ESTIMATED: row<{ domains: string }>(
    (d) => `energy of ${d.domains} is an estimate from a model, not a measurement`,
    () =>
      'Do not publish it or compare it with measured joules. `llem doctor` shows how to enable a real sensor.',
  ),
  ENERGY_BELOW_IDLE: row<{ domain: string; energyAboveIdleJ: number }>(
    (d) =>
      `${d.domain} used less energy than its idle power predicts (${formatNumber(d.energyAboveIdleJ)} J above idle)`,
    () =>
      'Something else was running during the baseline, or the sensor is too coarse for this window: raise n or baseline.duration_seconds.',
  ),
  IDLE_ABOVE_LOADED: row<{ domain: string; idlePowerW: number; loadedIdlePowerW: number }>(
    (d) =>
      `idle power of ${d.domain} was ${formatNumber(d.idlePowerW)} W before launch and ${formatNumber(d.loadedIdlePowerW)} W with the model loaded: a model takes no power away`,
    () =>
      'Something else ran before launch, or the device had not calmed down: energy above idle is too low. Measure again on a quiet machine.',
  ),
  COUNTER_BACKWARDS: row<{ domain: string; dropJ: number }>(
    (d) =>
      `the energy counter of ${d.domain} ran backwards by ${formatNumber(d.dropJ)} J; its energy is unknown`,
    () => 'Update the driver or reboot the machine; the raw readings are in power.parquet.',
  ),
  COUNTER_STUCK: row<{ domain: string; windowMs: number }>(
    (d) =>
      `the energy counter of ${d.domain} did not change in ${formatDuration(d.windowMs)}; its energy is unknown`,
    () =>
      'The sensor is stuck or updates too rarely for this window: raise n, or choose another source with energy.sources.',
  ),
  SENSOR_ZERO: row<{ domain: string }>(
    (d) => `${d.domain} read zero watts throughout; its energy is unknown`,
    () => 'The sensor is not supported on this device: choose another source with energy.sources.',
  ),
  SENSOR_VANISHED: row<{ domain: string; readCount: number; missingCount: number }>(
    (d) =>
      `${d.domain} stopped answering: ${d.missingCount} of ${d.readCount + d.missingCount} readings in the window are missing`,
    () =>
      'Check the driver log (dmesg) for a reset or a lost device; the raw readings are in power.parquet.',
  ),
  SENSORS_DISAGREE: row<{
    first: string
    second: string
    firstJ: number | null
    secondJ: number | null
    cause: string | null
  }>(
    (d) =>
      `${d.first} and ${d.second} disagree: ${joulesOrUnknown(d.firstJ)} and ${joulesOrUnknown(d.secondJ)}${d.cause === null ? '' : `, most likely ${causeTexts[d.cause] ?? d.cause}`}`,
    () =>
      'Trust neither before you know which is wrong: the raw readings are in power.parquet, `llem doctor` shows what is read.',
  ),
  FEW_READINGS: row<{ domain: string; readCount: number; leastCount: number }>(
    (d) =>
      `${d.domain} changed only ${d.readCount} times in the window; ${d.leastCount} or more are needed for a steady figure`,
    () => 'Raise n so that the window is longer.',
  ),
} as const
