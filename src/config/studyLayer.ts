/** One file of a study as it was read: the study itself, or a base that it is laid over. */

import { isRecord, toJson } from '../core/json.ts'
import { parseYaml, type YamlSource } from './parseYaml.ts'

export interface StudyLayer {
  /** Name for messages. */
  file: string
  /** Empty when the text cannot be read. */
  value: Readonly<Record<string, unknown>>
  /** For positions; null when the value came from code. */
  source: YamlSource | null
}

/** From a text of YAML, or from a value made by code. */
export function studyLayer(
  file: string,
  written: string | Readonly<Record<string, unknown>>,
): StudyLayer {
  const source = typeof written === 'string' ? parseYaml(written) : null
  const value = source === null ? toJson(written) : source.value
  return { file, value: isRecord(value) ? value : {}, source }
}
