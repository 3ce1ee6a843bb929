/** The name of a run and of its directory: position in the order, cycle, label and hash. */

import type { PlannedExperiment, Slot } from './planFile.ts'

/** `007-c2-fake-tiny-0a1b2c3d`. Slots are only ever added at the end, so that the name stays when cycles are added. */
export function runIdOf(
  position: number,
  { cycle }: Slot,
  { label, configHash }: PlannedExperiment,
): string {
  const number = String(position + 1).padStart(3, '0')
  return `${number}-c${cycle}-${fileNameOf(label)}-${configHash.slice(0, 8)}`
}

function fileNameOf(label: string): string {
  return label.replace(/[^\w.-]+/g, '-').slice(0, 60)
}
