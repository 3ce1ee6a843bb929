/** What goes over the pipe to the Python program and what comes back: one JSON value per line. */

import { z } from 'zod'

export type Command =
  | ({ do: 'open' } & Readonly<Record<string, unknown>>)
  | { do: 'encode'; text: string }
  | { do: 'decode'; tokens: readonly number[] }
  | { do: 'generate'; rows: readonly BatchRow[]; seed: number }
  | { do: 'observe' }

interface BatchRow {
  tokens: readonly number[]
  maxTokens: number
}

/** A stamp in milliseconds of CLOCK_MONOTONIC, and how many tokens of each row became visible then. */
const stepSchema = z.tuple([z.number(), z.array(z.int().min(0))])
export type Step = z.infer<typeof stepSchema>

const failedSchema = z.strictObject({
  kind: z.enum(['memory', 'missing', 'error']),
  message: z.string(),
  /** The Python module that is not installed. */
  missing: z.string().nullable(),
})
export type Failed = z.infer<typeof failedSchema>

export const answerSchema = z.union([
  z.strictObject({ id: z.int(), steps: z.array(stepSchema) }),
  z.strictObject({ id: z.int(), failed: failedSchema }),
  z.strictObject({ id: z.int(), value: z.json() }),
])

const size = z.int().min(0)

/** What is known of the model once it is loaded. */
export const factsSchema = z.strictObject({
  architecture: z.string(),
  parameterCount: size,
  activeParameterCount: size,
  layerCount: size.nullable(),
  attentionWidth: size.nullable(),
  cacheWidth: size.nullable(),
  weightType: z.string(),
  weightBytes: size,
  contextLength: size.nullable(),
  transformers: z.string().nullable(),
  torch: z.string(),
  isUnusedGpu: z.boolean(),
  isOffloaded: z.boolean(),
  addedBytes: size.nullable(),
  atMs: z.number(),
})
export type LoadedFacts = z.infer<typeof factsSchema>

export const rowsSchema = z.array(
  z.strictObject({ tokens: size, stopped: z.boolean(), text: z.string() }),
)
export type RowEnd = z.infer<typeof rowsSchema>[number]

export const tokensSchema = z.array(z.int())
export const observedSchema = z.record(z.string(), z.json())
