/** Random numbers from a seed: the same sequence on every machine, for weights, prompts and orders that can be repeated. */

export interface Random {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number
  /** A number from 0 (included) to 1 (excluded). */
  uniform(): number
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number
}

/** The generator of a seed and, when parts of one run must not share numbers, of a stream within it. */
export function seededRandom(seed: number, stream = 0): Random {
  const uint32 = sfc32(seed, stream)
  const uniform = (): number => uint32() / 2 ** 32
  return {
    uint32,
    uniform,
    // Box and Muller 1958; 1 - u keeps the logarithm away from 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}

/** A new list with the same members in an order drawn from `random` (members sorted by a random key each). */
export function shuffled<T>(members: readonly T[], random: Random): T[] {
  const keyed = members.map((member) => ({ member, key: random.uint32() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ member }) => member)
}

/** sfc32 of Doty-Humphrey (PractRand): 128 bits of state, passes its author's tests to 16 TB, 12 steps to mix the seed in. */
function sfc32(seed: number, stream: number): () => number {
  let a = seed >>> 0
  let b = Math.floor(seed / 2 ** 32) >>> 0
  let c = stream >>> 0
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) >>> 0
    c = ((c << 21) | (c >>> 11)) >>> 0
    c = (c + sum) >>> 0
    return sum
  }
  for (let step = 0; step < 12; step++) next()
  return next
}
