/** Reads a study file, the base it names, the base of that, and so on. */

import { dirname, join, resolve } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import { describeValue } from './describeSchema.ts'
import { readLayer } from './readLayer.ts'
import type { StudyLayer } from './studyLayer.ts'

export interface StudyLayers {
  /** From the study itself down to its last base. */
  layers: StudyLayer[]
  /** Why the chain of bases ended early. */
  problems: Problem[]
}

/** Throws `CONFIG_UNREADABLE` for the study itself; a base that cannot be read is a problem of the file that names it. */
export async function readLayers(path: string): Promise<StudyLayers> {
  const layers = [await readLayer(path)]
  for (;;) {
    const above = layers[layers.length - 1]
    const base = above?.value['base']
    if (above === undefined || base === undefined) break
    if (typeof base !== 'string' || base === '')
      return ended(above, `expected the path of another study file, found ${describeValue(base)}`)
    const next = join(dirname(above.file), base)
    if (layers.some(({ file }) => resolve(file) === resolve(next)))
      return ended(above, `expected a base that does not lead back here, found ${next} again`)
    try {
      layers.push(await readLayer(next))
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      return ended(above, thrown.message)
    }
  }
  return { layers, problems: [] }

  function ended(above: StudyLayer, message: string): StudyLayers {
    const file = above === layers[0] ? {} : { file: above.file }
    return { layers, problems: [{ path: ['base'], ...file, message }] }
  }
}
