/** The identity of an experiment: everything that changes the measurement, and nothing else. */

import type { Experiment } from '../config/experimentSchema.ts'
import { jsonHasher } from '../core/hash.ts'

/** Hashes many experiments, each without its runner, paths of results and limits. */
export function experimentHasher(): (experiment: Experiment) => string {
  const hash = jsonHasher()
  return ({ config, backendOptions, energyOptions }) =>
    hash({ config, backendOptions, energyOptions })
}
