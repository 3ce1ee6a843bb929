/** Reads a study file and its bases, with the overrides of the command line on top, and reports everything wrong with it at once. */

import { AppError } from '../core/errors.ts'
import type { Sections } from './experimentSchema.ts'
import type { Override } from './overrides.ts'
import { type LoadedStudy, parseLayers } from './parseStudy.ts'
import { readLayers } from './readLayers.ts'

/** Throws `CONFIG_UNREADABLE`, or `CONFIG_INVALID` with all problems and their places. */
export async function loadStudy(
  path: string,
  { overrides, sections }: { overrides: readonly Override[]; sections: Sections },
): Promise<LoadedStudy> {
  const { layers, problems } = await readLayers(path)
  const parsed = parseLayers({ file: path, layers, problems, overrides, sections })
  if (!parsed.ok) throw new AppError('CONFIG_INVALID', { file: path, problems: parsed.problems })
  return parsed.value
}
