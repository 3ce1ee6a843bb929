/** Counts the combinations of a study that cannot run, by reason: thousands of them have a handful of reasons. */

import { formatPath, type Problem } from '../core/problem.ts'
import type { SkippedCombinations } from '../store/planFile.ts'

export interface SkippedTally {
  /** What is wrong with one combination. */
  add(problems: readonly Problem[]): void
  total(): SkippedCombinations
}

export function tallySkipped(): SkippedTally {
  const reasons = new Map<string, { count: number; problem: Problem }>()
  let count = 0
  return {
    add(problems) {
      count++
      for (const key of new Set(problems.map(reasonOf))) {
        const reason = reasons.get(key)
        if (reason !== undefined) reason.count++
      }
      for (const problem of problems) {
        const key = reasonOf(problem)
        if (!reasons.has(key)) reasons.set(key, { count: 1, problem })
      }
    },
    total: () => ({ count, reasons: [...reasons.values()].sort((a, b) => b.count - a.count) }),
  }
}

/** The same for problems that differ in figures, in what is quoted, and in the place in a list. */
function reasonOf({ path, message }: Problem): string {
  const place = formatPath(path.map((part) => (typeof part === 'number' ? 0 : part)))
  return `${place}: ${message.replace(/"[^"]*"|\d+(\.\d+)?/g, '#')}`
}
