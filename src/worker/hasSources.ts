/** Whether an experiment reads sensors: found out before anything is loaded that checks its file. */

import { readFileSync } from 'node:fs'
import { isRecord } from '../core/json.ts'
import { runPaths } from '../store/studyDirectory.ts'

/** True also when it cannot be told: the thread that reads them is closed again when there is nothing to read. */
export function hasSources(runDir: string): boolean {
  try {
    const file: unknown = JSON.parse(readFileSync(runPaths(runDir).experiment, 'utf8'))
    const config = isRecord(file) ? file['config'] : null
    const energy = isRecord(config) ? config['energy'] : null
    const sources = isRecord(energy) ? energy['sources'] : null
    return !Array.isArray(sources) || sources.length > 0
  } catch {
    // Whoever reads the file in earnest says what is wrong with it.
    return true
  }
}
