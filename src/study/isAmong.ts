/** Whether what a meter tells of a domain is about one of these GPUs. */

import type { EnergyMeter } from '../energy/energySource.ts'

/** Null stands for every device. */
export function isAmong(
  gpus: readonly string[] | null,
  { domains }: EnergyMeter,
): (told: { id: string }) => boolean {
  if (gpus === null) return () => true
  const own = domains.filter(({ deviceId }) => deviceId !== null && gpus.includes(deviceId))
  return ({ id }) => own.some((domain) => domain.id === id)
}
