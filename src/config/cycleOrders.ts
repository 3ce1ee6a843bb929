/** The orders in which the cycles of a study can run; `orderCycles` makes them. */

export const cycleOrders = [
  'sequential',
  'interleaved',
  'shuffled',
  'reversed',
  'latin_square',
  'random_blocks',
] as const

export type CycleOrder = (typeof cycleOrders)[number]
