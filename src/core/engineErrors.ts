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
  ENGINE_NOT_READY: failure<{ backend: string; afterMs: number; stage: string | null }>(
    (d) =>
      `${d.backend} did not serve within ${formatDuration(d.afterMs)}${d.stage === null ? '' : `; it was ${d.stage}`}`,
    (d) =>
      `Read backend.log in the run directory; a large model may need a longer ${d.backend}.ready_timeout_seconds.`,
  ),
} as const
