/** What the fake engine server can be told: its speed, how it counts, and how it fails. */

import { z } from 'zod'

const afterTokens = z.int().min(0).default(0).describe('tokens sent before it happens')
const faultOf = <N extends string, S extends z.core.$ZodLooseShape>(
  kind: N,
  shape: S,
  text: string,
) => z.strictObject({ kind: z.literal(kind), ...shape }).describe(text)

const faultSchema = z.discriminatedUnion('kind', [
  faultOf('slow-headers', { after_ms: z.number().min(0) }, 'the headers come late'),
  faultOf('status', { status: z.int().min(400).max(599) }, 'an HTTP error instead of an answer'),
  faultOf('no-stream', {}, 'one JSON document where a stream was asked for'),
  faultOf('stall', { after_tokens: afterTokens }, 'nothing more comes, the connection stays'),
  faultOf(
    'pause',
    { after_tokens: afterTokens, pause_ms: z.number().min(0) },
    'nothing comes for a while, then it goes on',
  ),
  faultOf('reset', { after_tokens: afterTokens }, 'the connection is reset'),
  faultOf(
    'drop',
    {},
    'the connection is reset before the headers: what a request meets that is sent while an idle connection is being closed',
  ),
  faultOf('hang-up', { after_tokens: afterTokens }, 'the connection is closed inside an answer'),
  faultOf(
    'truncate',
    { after_tokens: afterTokens },
    'the answer ends without a finish reason and [DONE]',
  ),
  faultOf('malformed', { after_tokens: afterTokens }, 'an event that is not JSON'),
  faultOf('bad-framing', { after_tokens: afterTokens }, 'bytes that are not HTTP'),
  faultOf(
    'oversized',
    { after_tokens: afterTokens, bytes: z.int().min(1) },
    'an event of this many bytes',
  ),
  faultOf(
    'error-event',
    { after_tokens: afterTokens },
    'the error of an engine, inside the stream',
  ),
  faultOf('empty', {}, 'the answer ends as it should, without a token'),
  faultOf('endless', {}, 'tokens without end'),
  faultOf('chatter', { after_tokens: afterTokens }, 'comments and empty chunks without end'),
  faultOf('no-done', {}, 'a finish reason and no [DONE]: some engines do so, and it is no failure'),
  faultOf('linger', {}, '[DONE], and the connection stays open'),
  faultOf('ragged', {}, 'CRLF, comments, and events cut anywhere: ugly, and no failure'),
])
export type Fault = z.output<typeof faultSchema>

export const fakeServerSchema = z.strictObject({
  port: z.int().min(0).max(65_535).default(0).describe('0: any free port'),
  model: z.string().min(1).default('fake').describe('name of the model served'),
  ttft_ms: z.number().min(0).default(20).describe('from the request to its first step'),
  tokens_per_second: z
    .number()
    .positive()
    .default(100)
    .describe('of one stream; streams do not slow each other, as in a batch'),
  unpaced: z
    .boolean()
    .default(false)
    .describe('as fast as the connections take it, whatever tokens_per_second says'),
  tokens_per_chunk: z.int().min(1).default(1).describe('tokens of one step, as under speculation'),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('relative standard deviation of the length of a step'),
  max_running: z.int().min(1).default(4096).describe('streams at a time; more wait'),
  idle_ms: z
    .number()
    .min(0)
    .default(0)
    .describe('a connection that waits this long for a request is closed; 0: never'),
  usage: z
    .enum(['continuous', 'final', 'with-finish', 'none'])
    .default('continuous')
    .describe(
      'where token counts can be had: in every chunk when asked for, in a chunk of their own at the end, in the chunk with the finish reason (llama.cpp), or nowhere',
    ),
  token_ids: z.boolean().default(false).describe('every chunk lists the ids of its tokens'),
  reasoning_tokens: z
    .int()
    .min(0)
    .default(0)
    .describe('the first tokens of a chat go to the reasoning channel'),
  strict_fields: z
    .boolean()
    .default(false)
    .describe("400 to fields that are not in OpenAI's reference"),
  api_key: z.string().optional().describe('401 to requests without it'),
  stamp: z
    .boolean()
    .default(false)
    .describe('every chunk says when it was sent, on the monotonic clock of this machine'),
  faults: z
    .array(
      z.strictObject({
        every: z.int().min(1).describe('every k-th request, counted from 1'),
        fault: faultSchema,
      }),
    )
    .default([])
    .describe('the first that fits a request happens to it'),
})
export type FakeServerOptions = z.output<typeof fakeServerSchema>
