/** Warnings of a load: of its requests and the counts in their answers, of the client that sends it and the server that takes it. */

import { formatNumber } from './units.ts'
import { row } from './warningRow.ts'

export const loadWarnings = {
  OUTPUT_LENGTHS_DIFFER: row<{ least: number; most: number; expected: number }>(
    (d) =>
      `requests produced ${d.least} to ${d.most} output tokens where ${d.expected} were asked for`,
    () =>
      'The model stopped by itself (decoder.ignore_eos is false) or the engine has a lower limit; compare joules per token with care.',
  ),
  REQUESTS_FAILED: row<{ failed: number; total: number; firstReason: string }>(
    (d) =>
      `${d.failed} of ${d.total} requests failed (${d.firstReason}); their energy is in the window, their tokens are not`,
    () => 'Read requests.parquet and backend.log in the run directory.',
  ),
  TOKEN_COUNTS_DISAGREE: row<{ requests: number; total: number; example: string }>(
    (d) =>
      `for ${d.requests} of ${d.total} requests the counts of output tokens disagree (${d.example})`,
    () =>
      'Joules per token follow the server where it counts; report the difference to the makers of the server.',
  ),
  TOKENS_SHARED_OUT: row<{ requests: number; tokensPerChunk: number }>(
    (d) =>
      `in ${d.requests} requests chunks brought ${formatNumber(d.tokensPerChunk)} tokens each and only the total is known: the median and tail of inter-token latency mean nothing`,
    () =>
      'Use a server that reports usage with every chunk (stream_options.continuous_usage_stats), or one token per chunk.',
  ),
  CLIENT_LIMITED: row<{ limit: string; found: number; allowed: number }>(
    (d) =>
      `the load client was not fast enough to be believed: ${d.limit} is ${formatNumber(d.found)} where ${formatNumber(d.allowed)} is allowed`,
    () =>
      'Latency in this result may be that of the client. Lower the load, free a core for the client, or run it on another machine; chunksPerRead alone may also come from a proxy that bundles.',
  ),
  REQUESTS_SENT_AGAIN: row<{ requests: number; total: number }>(
    (d) =>
      `${d.requests} of ${d.total} requests were sent a second time, because the connection that had waited for them broke before an answer began`,
    () =>
      'Their latency counts from the first sending. Most likely the server closes connections that wait: raise its keep-alive time above the longest pause of the load (uvicorn: --timeout-keep-alive). If its log shows resets instead, it fails under this load.',
  ),
  FIELDS_REFUSED: row<{ fields: string }>(
    (d) =>
      `the server refused these fields of a request, and what they ask for did not happen: ${d.fields}`,
    () =>
      'Output lengths and choices may differ from those of other servers; compare joules per token with care.',
  ),
  SERVER_BUSY: row<{ running: number; waiting: number }>(
    (d) =>
      `the server was busy before the window: ${d.running} requests running, ${d.waiting} waiting`,
    () => 'Somebody else uses it: energy and latency are theirs too. Measure when it is idle.',
  ),
  SERVER_LOOKS_FEW: row<{ looks: number; needed: number }>(
    (d) =>
      `the server was looked at ${d.looks === 1 ? 'once' : `${d.looks} times`} in the window and ${d.needed} are needed: its batch, queue and cache are unknown`,
    () => 'Raise n so that the window lasts some seconds: its metrics are read once a second.',
  ),
} as const
