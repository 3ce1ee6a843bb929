/** The order in which the experiments of a study run, cycle by cycle. Pure, and the same for the same seed everywhere. */

import type { CycleOrder } from '../config/cycleOrders.ts'
import { seededRandom, shuffled } from '../core/random.ts'
import type { Slot } from '../store/planFile.ts'

export interface CycleOptions {
  order: CycleOrder
  cycles: number
  seed: number
  /** The block of each experiment, for `random_blocks`: experiments of one block stay together. */
  blocks: readonly string[]
}

/** Every experiment once per cycle. `sequential` repeats one experiment before it goes to the next; all others finish a cycle first. */
export function* orderCycles({ order, cycles, seed, blocks }: CycleOptions): Generator<Slot> {
  const count = blocks.length
  const inOrder = Array.from({ length: count }, (_, index) => index)
  if (order === 'sequential') {
    for (const index of inOrder)
      for (let cycle = 1; cycle <= cycles; cycle++) yield { cycle, index }
    return
  }
  for (let cycle = 1; cycle <= cycles; cycle++) {
    for (const index of orderOf(order, cycle, { seed, blocks, inOrder })) yield { cycle, index }
  }
}

interface CycleParts {
  seed: number
  blocks: readonly string[]
  inOrder: readonly number[]
}

function orderOf(
  order: Exclude<CycleOrder, 'sequential'>,
  cycle: number,
  { seed, blocks, inOrder }: CycleParts,
): Iterable<number> {
  switch (order) {
    case 'interleaved':
      return inOrder
    case 'reversed':
      return cycle % 2 === 0 ? inOrder.toReversed() : inOrder
    case 'shuffled':
      return shuffled(inOrder, seededRandom(seed, cycle))
    case 'latin_square':
      return williamsRow(inOrder.length, cycle - 1)
    case 'random_blocks': {
      const random = seededRandom(seed, cycle)
      const members = new Map<string, number[]>(blocks.map((block) => [block, []]))
      for (const index of inOrder) members.get(blocks[index] ?? '')?.push(index)
      return shuffled([...members.values()], random).flatMap((block) => shuffled(block, random))
    }
  }
}

/**
 * Row of a Williams design: over all rows every experiment follows every other equally often, so that what one leaves
 * behind (heat, caches) cancels (Williams 1949, "Experimental designs balanced for the estimation of residual effects").
 * An even count needs `count` rows; an odd one needs a second square, the mirror of the first. Rows repeat after that.
 */
function williamsRow(count: number, row: number): number[] {
  const isMirrored = count % 2 === 1 && Math.floor(row / count) % 2 === 1
  const zigzag = Array.from({ length: count }, (_, step) =>
    step % 2 === 1 ? (step + 1) / 2 : (count - step / 2) % count,
  )
  const members = zigzag.map((offset) => (row + offset) % count)
  return isMirrored ? members.reverse() : members
}
