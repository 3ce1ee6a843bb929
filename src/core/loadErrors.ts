/** What goes wrong with a load: the rows of the catalogue of errors for its schedule, its requests and its processes. */

import { badInput, failure } from './errorRow.ts'

export const loadErrors = {
  TRACE_UNREADABLE: badInput<{ path: string; cause: string }>(
    (d) => `cannot read the arrivals in ${d.path}: ${d.cause}`,
    () =>
      'Set load.trace to the path of a text file: one time per line, in seconds, at least n of them; # begins a comment.',
  ),
  LOAD_SHARD_FAILED: failure<{ reason: string }>(
    (d) => `a process that sends a share of the load failed: ${d.reason}`,
    () => 'Set load.processes to 1 to send with one process, or lower the load.',
  ),
  REQUEST_TIMED_OUT: failure<{ kind: string; detail: string }>(
    (d) => `${d.kind}: ${d.detail}`,
    () => 'Raise load.timeout_seconds or the stall timeout of the backend, or lower the load.',
  ),
  REQUEST_EMPTY: failure<{ kind: string; detail: string }>(
    (d) => `${d.kind}: ${d.detail}`,
    () =>
      'Set decoder.ignore_eos or decoder.min_new_tokens; the prompt may end the answer at once.',
  ),
  REQUEST_FAILED: failure<{ kind: string; detail: string }>(
    (d) => `${d.kind}: ${d.detail}`,
    () => 'Read the log of the server; `llem` keeps this reason with the request.',
  ),
} as const
