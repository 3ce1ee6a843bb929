/** How the next token is chosen. The default is greedy with exactly `max_output_tokens` tokens, the same on every backend. */

import { z } from 'zod'
import { isRecord } from '../core/json.ts'

/** A preset fills only what is absent, so what is written always wins. */
const presets = {
  deterministic: { temperature: 0 },
  standard: { temperature: 1, top_p: 0.95 },
  creative: { temperature: 0.8, top_p: 0.9, repetition_penalty: 1.1 },
  factual: { temperature: 0.3 },
} as const

const presetsInWords = Object.entries(presets)
  .map(([name, values]) => {
    const words = Object.entries(values).map(([key, value]) => `${key} ${value}`)
    return `${name}: ${words.join(', ')}`
  })
  .join('; ')

const fields = z.strictObject({
  preset: z
    .enum(['deterministic', 'standard', 'creative', 'factual'])
    .optional()
    .describe(`values for keys that are not written (${presetsInWords})`),
  temperature: z.number().min(0).max(2).default(0).describe('0 is greedy: the most likely token'),
  top_k: z.int().min(0).default(0).describe('choose among the k most likely tokens; 0 is off'),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('choose among the most likely tokens of this total probability; 1 is off'),
  min_p: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('drop tokens below this share of the best one; 0 is off'),
  repetition_penalty: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('above 1 makes repeats less likely; 1 is off'),
  min_new_tokens: z.int().min(0).default(0).describe('no natural stop before this many tokens'),
  ignore_eos: z
    .boolean()
    .default(true)
    .describe(
      'true: exactly max_output_tokens tokens for every request; false: the model may stop by itself',
    ),
})

export const decoderSchema = z.preprocess(expandPreset, fields)
export type DecoderConfig = z.output<typeof fields>

/** A new object with the preset's values where nothing was written. The presets themselves are never touched. */
function expandPreset(written: unknown): unknown {
  if (!isRecord(written)) return written
  const preset = Object.entries(presets).find(([name]) => name === written['preset'])
  if (preset === undefined) return written
  const present = Object.entries(written).filter(([, value]) => value !== undefined)
  return { ...preset[1], ...Object.fromEntries(present) }
}
