/** Reads one file of a study: YAML or JSON, or a module that exports it. */

import { createReadStream } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError, messageOf } from '../core/errors.ts'
import { whyUnreadable } from '../core/files.ts'
import { isRecord, type Json, toJson } from '../core/json.ts'
import { formatBytes } from '../core/units.ts'
import { type StudyLayer, studyLayer } from './studyLayer.ts'

/** No person writes more; a model or a data set given by mistake is larger. */
const largestFileBytes = 1024 ** 2

/** Throws `CONFIG_UNREADABLE`. */
export async function readLayer(path: string): Promise<StudyLayer> {
  switch (extname(path)) {
    case '.js':
    case '.mjs':
      return studyLayer(path, await importStudy(path))
    case '.ts':
    case '.mts':
      throw unreadable(
        path,
        'TypeScript has to be compiled first; give the .js file that came of it',
      )
    default:
      return studyLayer(path, await readText(path))
  }
}

async function importStudy(path: string): Promise<Record<string, Json>> {
  let study: Json
  try {
    const module: unknown = await import(pathToFileURL(resolve(path)).href)
    study = toJson(isRecord(module) ? module['default'] : undefined)
  } catch (cause) {
    throw unreadable(path, messageOf(cause), cause)
  }
  if (isRecord(study)) return study
  throw unreadable(
    path,
    'it has no study as its default export: export default defineStudy({ ... })',
  )
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer
  try {
    const chunks: Buffer[] = []
    // One byte more than allowed is enough to know; devices and pipes have no size to ask for.
    for await (const chunk of createReadStream(path, { end: largestFileBytes })) chunks.push(chunk)
    bytes = Buffer.concat(chunks)
  } catch (cause) {
    throw unreadable(path, whyUnreadable(path, cause), cause)
  }
  if (bytes.length > largestFileBytes)
    throw unreadable(path, `it is larger than ${formatBytes(largestFileBytes)}, which no study is`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(path, 'it is not UTF-8 text', cause)
  }
}

function unreadable(file: string, cause: string, thrown?: unknown): AppError {
  return new AppError('CONFIG_UNREADABLE', { file, cause }, { cause: thrown })
}
