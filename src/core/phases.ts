/** The phases of one experiment, in the order they run. */

export const phaseNames = [
  'prepare',
  'baseline',
  'launch',
  'loaded-idle',
  'warmup',
  'measure',
  'collect',
  'release',
] as const

export type PhaseName = (typeof phaseNames)[number]
