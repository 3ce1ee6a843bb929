/** The known word that a person most likely meant. */

import { distance } from 'fastest-levenshtein'

/**
 * The candidate nearest to what was typed, or null when none is near: the same but for case, hyphens and camel case,
 * a few letters off, or the only one that begins or ends with it.
 */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const wanted = normalize(typed)
  const ranked = candidates
    .map((candidate) => ({ candidate, off: errorsBetween(wanted, normalize(candidate)) }))
    .sort((a, b) => a.off - b.off)
  const [best] = ranked
  if (best === undefined) return null
  // One letter in three may be wrong, and three at most: beyond it, suggestions are noise.
  if (best.off <= Math.min(3, Math.floor((wanted.length + 1) / 3))) return best.candidate
  const containing = candidates.filter((candidate) => isPartOf(wanted, normalize(candidate)))
  return wanted.length >= 2 && containing.length === 1 ? (containing[0] ?? null) : null
}

/** Edits between two words, with two letters swapped as one: that is how fingers slip. */
function errorsBetween(a: string, b: string): number {
  const edits = distance(a, b)
  const sorted = (word: string): string => [...word].sort().join('')
  return edits === 2 && sorted(a) === sorted(b) ? 1 : edits
}

const normalize = (word: string): string =>
  word
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[-\s]/g, '_')

const isPartOf = (part: string, word: string): boolean =>
  word.startsWith(part) || word.endsWith(part)
