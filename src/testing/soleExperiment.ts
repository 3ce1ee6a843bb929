/** The one experiment of a study that was loaded, for tests of what was understood. */

import assert from 'node:assert/strict'
import type { Experiment } from '../config/experimentSchema.ts'
import type { LoadedStudy } from '../config/parseStudy.ts'

export function soleExperiment({ candidates }: LoadedStudy): {
  declared: Record<string, unknown>
  experiment: Experiment
} {
  const [only, ...others] = candidates()
  assert.ok(only !== undefined && others.length === 0, 'expected one candidate')
  assert.ok(only.parsed.ok)
  return { declared: only.declared, experiment: only.parsed.value }
}
