/** What `llem run` measures when nobody says what: small enough for two cores, long enough for a figure. */

const model = 'synthetic/smollm2-135m'
const backend = 'llamacpp'
const precision = 'fp16'
const requests = 10
const outputTokens = 64

/** A study file. Random weights cost what trained ones cost, and need no download. */
export const quickstartText = `name: quickstart
model: ${model}
backend: ${backend}
precision: ${precision}
n: ${requests}
max_output_tokens: ${outputTokens}
baseline:
  duration_seconds: 5
warmup:
  max_seconds: 30
`

/** One line that says what is about to happen. */
export const quickstartLine = `No study file given: ${requests} requests of ${outputTokens} tokens to ${model} in ${precision} on ${backend}, in about a minute.`
