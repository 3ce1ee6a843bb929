/** Opens a client by the settings of one in another process, as JSON. They may hold an API key: never print them. */

import { z } from 'zod'
import { decoderSchema } from '../../../config/decoder.ts'
import type { Json } from '../../../core/json.ts'
import { type Client, type ClientOptions, openClient } from './openClient.ts'

const settingsSchema = z.object({
  baseUrl: z.string(),
  apiKey: z.string().nullable(),
  kind: z.enum(['completions', 'chat']),
  prompts: z.enum(['tokens', 'text']).default('tokens'),
  model: z.string(),
  decoder: decoderSchema,
  extraFields: z.record(z.string(), z.json()).default({}),
  stallMs: z.number(),
  reusesConnections: z.boolean().default(true),
  agreement: z.object({
    fields: z.enum(['all', 'standard']),
    refusedFields: z.array(z.string()),
    usage: z.enum(['continuous', 'final', 'none']),
  }),
})

/** Opens a client by the settings of another; the server is not asked again. */
export function openClientOf(
  settings: Json,
  own: Pick<ClientOptions, 'connections' | 'clock' | 'signal'>,
): Promise<Client> {
  return openClient({ ...settingsSchema.parse(settings), ...own })
}
