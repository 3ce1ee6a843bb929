/** What `llem run` measures when nobody says what: small enough for two cores, long enough for a figure. */

import type { StudyPlan } from '../study/planStudy.ts'

/** A study file. Random weights cost what trained ones cost, and need no download. */
export const quickstartText = `name: quickstart
model: synthetic/smollm2-135m
backend: llamacpp
precision: fp16
n: 10
max_output_tokens: 64
baseline:
  duration_seconds: 5
warmup:
  max_seconds: 30
`

/** One line that says what is about to happen. */
export function announce({ experiments }: StudyPlan): string {
  const [first] = experiments
  if (first === undefined) return 'nothing to measure'
  const { model, precision, backend, n, max_output_tokens } = first.experiment.config
  const weights = precision === undefined ? model : `${model} in ${precision}`
  return `No study file given: ${n} requests of ${max_output_tokens} tokens to ${weights} on ${backend}, in about a minute.`
}
