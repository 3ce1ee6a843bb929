/** Reads a study file and its bases, with the overrides of the command line on top, and reports everything wrong with it at once. */

import { AppError } from '../core/errors.ts'
import type { Sections } from './experimentSchema.ts'
import type { Override } from './overrides.ts'
import { type LoadedStudy, parseLayers } from './parseStudy.ts'
import { readLayers } from './readLayers.ts'
import type { StudyLayer } from './studyLayer.ts'

export interface LoadOptions {
  overrides: readonly Override[]
  sections: Sections
  /** What the study is laid over, its bases too; absent or null: nothing. */
  defaults?: StudyLayer | null
}

/** Throws `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with all problems and their places. */
export async function loadStudy(
  path: string,
  { defaults = null, ...source }: LoadOptions,
): Promise<LoadedStudy> {
  const { layers: own, problems } = await readLayers(path)
  const layers = defaults === null ? own : [...own, defaults]
  const parsed = parseLayers({ ...source, file: path, layers, problems })
  if (!parsed.ok) throw new AppError('CONFIG_INVALID', { file: path, problems: parsed.problems })
  return parsed.value
}
