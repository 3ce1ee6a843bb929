/** Whether a temporary file has lost its writer: a killed process cannot remove what it left. */

import { stat } from 'node:fs/promises'
import type { WorkerContext } from './context.ts'

/** A live writer adds to its file many times in this time, in whatever container it runs. */
const abandonedAfterMs = 60_000

/** False also for a file that is gone. */
export async function isAbandoned(
  path: string,
  { clock }: Pick<WorkerContext, 'clock'>,
): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  if (found === null) return false
  return clock.wallDate().getTime() - found.mtimeMs > abandonedAfterMs
}
