/** Rows of the catalogue of errors: engines that are programs of their own. */

import { failure } from './errorRow.ts'
import { formatDuration } from './units.ts'

export const engineErrors = {
  ENGINE_DIED: failure<{
    backend: string
    how: string
    when: string
    cause: string | null
    fix: string | null
    lastLines: readonly string[]
  }>(
    (d) =>
      [
        `${d.backend} ${d.how} ${d.when}${d.cause === null ? '' : `: ${d.cause}`}`,
        ...d.lastLines.map((line) => `  ${line}`),
      ].join('\n'),
    (d) => d.fix ?? 'Read backend.log in the run directory.',
  ),
  ENGINE_OUT_OF_MEMORY: failure<{ backend: string; cause: string }>(
    (d) => `${d.backend} ran out of memory: ${d.cause}`,
    () =>
      'Choose smaller batches, shorter requests or a smaller model or precision, or end what else holds memory (`nvidia-smi`).',
  ),
  ENGINE_SILENT: failure<{ backend: string; afterMs: number }>(
    (d) =>
      `${d.backend} said nothing for ${formatDuration(d.afterMs)} in the midst of a request and was ended`,
    (d) =>
      `Read backend.log in the run directory; where it was only slow (compilation), raise ${d.backend}.stall_timeout_seconds.`,
  ),
  ENGINE_NOT_READY: failure<{ backend: string; afterMs: number; stage: string | null }>(
    (d) =>
      `${d.backend} did not serve within ${formatDuration(d.afterMs)}${d.stage === null ? '' : `; it was ${d.stage}`}`,
    (d) =>
      `Read backend.log in the run directory; a large model may need a longer ${d.backend}.ready_timeout_seconds.`,
  ),
} as const
