/** `beside.json`: what runs beside a run, kept by the host until it is in the result. A run directory without one needs no more work. */

import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { readJson, writeJson } from '../core/files.ts'
import { warn } from '../core/warnings.ts'
import { type Result, resultSchema } from './resultFile.ts'
import type { RunPaths } from './studyDirectory.ts'

const besideFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  ids: z.array(z.string()).describe('runs that overlapped with this one'),
})

/** Before what runs beside it begins: nothing that overlaps goes unsaid, however the host ends. */
export async function writeBeside(paths: RunPaths, ids: Iterable<string>): Promise<void> {
  await writeJson(paths.beside, besideFileSchema, { schemaVersion: 1, ids: [...ids] })
}

/** Puts into a result what ran beside it, once for all: done again, it changes nothing. */
export async function settleBeside(paths: RunPaths): Promise<Result> {
  const { ids } = await readJson(paths.beside, besideFileSchema)
  const result = withNeighbors(await readJson(paths.result, resultSchema), ids)
  await writeJson(paths.result, resultSchema, result)
  await rm(paths.beside)
  return result
}

function withNeighbors(result: Result, ids: readonly string[]): Result {
  if (result.ranBeside.length > 0) return result
  const shared = result.energy.domains.filter(
    ({ domain }) => domain.deviceId === null && !domain.isSynthetic,
  )
  const warning = warn('RAN_BESIDE', {
    runs: ids.join(', '),
    count: ids.length,
    shared: shared.map(({ domain }) => domain.id).join(', '),
  })
  return { ...result, ranBeside: [...ids], warnings: [...result.warnings, warning] }
}
