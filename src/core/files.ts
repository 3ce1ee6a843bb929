/** Files that are whole or absent: written to a temporary name, synced and renamed; read through a schema. */

import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ZodError, ZodType } from 'zod'
import { AppError, messageOf } from './errors.ts'
import { formatPath } from './problem.ts'

/** A whole text, bytes, or parts of a text too long to be one string. */
export type FileContent = string | Uint8Array | Iterable<string>

/** Writes a file so that a reader, or a machine that lost power, sees the old text or the new and nothing between. */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  await writeFileInParts(path, (write) => write(content))
}

/** As whole as that for any reader, and quicker: a machine that loses power may lose it. For what can be made again. */
export async function replaceFile(path: string, content: FileContent): Promise<void> {
  await writeTemporary(path, (write) => write(content), false)
}

/** The same for a file that is too large to hold: `produce` hands its parts over one after the other. */
export async function writeFileInParts(path: string, produce: Produce): Promise<void> {
  await writeTemporary(path, produce, true)
}

type Produce = (write: (part: FileContent) => Promise<void>) => Promise<void>

async function writeTemporary(path: string, produce: Produce, isDurable: boolean): Promise<void> {
  // Unlike any other: two writers of one file, threads too, must not write into each other's.
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await produce((part) => writeFile(file, isWhole(part) ? part : blocksOf(part)))
      if (isDurable) await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    if (isDurable) await syncDirectory(dirname(path))
  } catch (cause) {
    // What cannot be removed could not be written either; the reason of that is the news.
    await rm(temporary, { force: true }).catch(() => {})
    throw writeError(path, cause)
  }
}

const isWhole = (content: FileContent): content is string | Uint8Array =>
  typeof content === 'string' || content instanceof Uint8Array

/** Characters that are written at once: one call to the system for each small part would cost more than the parts. */
const blockLength = 64 * 1024

function* blocksOf(parts: Iterable<string>): Generator<string> {
  let block = ''
  for (const part of parts) {
    block += part
    if (block.length < blockLength) continue
    yield block
    block = ''
  }
  yield block
}

/** Writes `value` as indented JSON after checking it against its schema, so that what we write we can read. */
export async function writeJson<T>(path: string, schema: ZodType<T>, value: T): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(schema.parse(value), null, 2)}\n`)
}

/** Reads JSON through a schema; `FILE_DAMAGED` names what was expected when it does not fit. No file is the system's error. */
export async function readJson<T>(path: string, schema: ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('FILE_DAMAGED', { path, cause: messageOf(cause) }, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError(
    'FILE_DAMAGED',
    { path, cause: firstIssue(parsed.error) },
    { cause: parsed.error },
  )
}

function firstIssue({ issues: [issue], message }: ZodError): string {
  if (issue === undefined) return message
  const place = formatPath(issue.path.map((part) => (typeof part === 'symbol' ? '' : part)))
  return place === '' ? issue.message : `${place}: ${issue.message}`
}

/** What the operating system said of a failed read, in words for what happens most. */
export function whyUnreadable(path: string, thrown: unknown): string {
  switch (errorCodeOf(thrown)) {
    case 'ENOENT':
      return `there is no file ${resolve(path)}`
    case 'EISDIR':
      return `${resolve(path)} is a directory`
    case 'EACCES':
      return `you may not read ${resolve(path)}`
    default:
      return messageOf(thrown)
  }
}

/** Turns what the operating system said of a failed write into our error. */
export function writeError(path: string, cause: unknown): AppError {
  const code = errorCodeOf(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('DISK_FULL', { path }, { cause })
  return new AppError(
    'RESULTS_UNWRITABLE',
    { directory: dirname(path), cause: whyUnwritable(code) ?? messageOf(cause) },
    { cause },
  )
}

function whyUnwritable(code: string | null): string | null {
  switch (code) {
    // Of a directory that is to be made.
    case 'EEXIST':
    case 'ENOTDIR':
      return 'it is a file, or below one'
    case 'EACCES':
      return 'you may not write there'
    case 'EROFS':
      return 'its file system is read-only'
    default:
      return null
  }
}

/** `ENOENT` and its kind, or null when the error did not come from the operating system. */
export function errorCodeOf(thrown: unknown): string | null {
  // Our own errors have codes too, of our catalogue.
  if (!(thrown instanceof Error) || thrown instanceof AppError || !('code' in thrown)) return null
  return typeof thrown.code === 'string' ? thrown.code : null
}

/** A rename is only durable once its directory is; some file systems refuse to sync one, which is all they can do. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null)
  if (directory === null) return
  try {
    await directory.sync()
  } catch {
    // Not every file system can sync a directory (network mounts): the file itself is already synced.
  } finally {
    await directory.close()
  }
}
