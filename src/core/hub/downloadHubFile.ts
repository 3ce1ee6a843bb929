/** Downloads one file of the Hugging Face hub: resumed where it broke off, checked, whole or absent. */

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { byteProgress } from '../byteProgress.ts'
import type { WorkerContext } from '../context.ts'
import { requireDiskSpace } from '../diskSpace.ts'
import { AppError, messageOf } from '../errors.ts'
import { errorCodeOf } from '../files.ts'
import { makeDirectory } from '../makeDirectory.ts'
import { claimPart } from './claimPart.ts'
import { hubAccess } from './hubAccess.ts'
import type { HubRepository } from './listHubFiles.ts'

export interface HubDownload {
  repository: HubRepository
  /** Inside the repository. */
  path: string
  /** Where the whole file is to be. */
  target: string
  ctx: WorkerContext
}

/** Rejects with what the hub client or the network said (`hubFailure` words it), or with `CACHE_UNWRITABLE`. */
export async function downloadHubFile(download: HubDownload): Promise<void> {
  try {
    await downloadTo(download)
  } catch (cause) {
    // The network's errors carry the system's below them; one that carries it itself is about our disk.
    if (errorCodeOf(cause) === null) throw cause
    const { target } = download
    throw new AppError('CACHE_UNWRITABLE', { path: target, cause: messageOf(cause) }, { cause })
  }
}

async function downloadTo({ repository, path, target, ctx }: HubDownload): Promise<void> {
  const { fileDownloadInfo } = await import('@huggingface/hub')
  const access = hubAccess(ctx)
  const encodedPath = path.split('/').map(encodeURIComponent).join('/')
  const info = await fileDownloadInfo({ repo: repository, path: encodedPath, ...access })
  if (info === null) throw new Error(`there is no file ${path} in ${repository.name}`)

  await makeDirectory(dirname(target))
  const part = await claimPart({ target, etag: info.etag, owner: randomUUID(), ctx })
  const report = byteProgress({ label: basename(path), totalBytes: info.size, ctx })
  const file = await open(part.path, 'a')
  try {
    const { size: haveBytes } = await file.stat()
    await requireDiskSpace(dirname(target), target, info.size - haveBytes)
    await receiveAll({
      file,
      url: info.url,
      sizeBytes: info.size,
      fetch: access.fetch,
      report,
    })
    await file.datasync()
  } catch (cause) {
    await part.release()
    throw cause
  } finally {
    await file.close()
  }
  await checkContent(part.path, info.etag)
  await rename(part.path, target)
}

interface Transfer {
  file: FileHandle
  url: string
  sizeBytes: number
  fetch: typeof fetch
  report(doneBytes: number): void
}

/** Answers in a row that bring nothing before we give up. */
const mostEmptyAnswers = 3

/** Asks again for the rest as long as the answers bring some of it. */
async function receiveAll(transfer: Transfer): Promise<void> {
  const { file, sizeBytes } = transfer
  let failure: unknown = new Error('the hub sent an empty answer')
  let emptyAnswers = 0
  for (;;) {
    const { size: haveBytes } = await file.stat()
    if (haveBytes === sizeBytes) return
    if (haveBytes > sizeBytes) {
      await file.truncate(0)
      throw new Error(`expected ${sizeBytes} bytes, received ${haveBytes}`)
    }
    if (emptyAnswers === mostEmptyAnswers) throw failure
    try {
      await receiveRest(transfer, haveBytes)
    } catch (cause) {
      // fetch says TypeError when a connection breaks; anything else is an answer, our disk or our signal.
      if (!(cause instanceof TypeError)) throw cause
      failure = cause
    }
    emptyAnswers = (await file.stat()).size > haveBytes ? 0 : emptyAnswers + 1
  }
}

async function receiveRest({ file, url, fetch, report }: Transfer, startBytes: number) {
  const response = await fetch(url, { headers: { range: `bytes=${startBytes}-` } })
  if (!response.ok || response.body === null) {
    const { HubApiError } = await import('@huggingface/hub')
    throw new HubApiError(url, response.status, undefined, response.statusText)
  }
  // A server that does not know ranges answers 200 and the whole file.
  const isRest = response.status === 206
  if (!isRest) await file.truncate(0)
  let doneBytes = isRest ? startBytes : 0
  for await (const chunk of response.body) {
    await file.appendFile(chunk)
    doneBytes += chunk.byteLength
    report(doneBytes)
  }
}

/** Files kept outside git have their SHA-256 as etag; of others the size is all there is to check. */
async function checkContent(path: string, etag: string): Promise<void> {
  const expected = /^"?([0-9a-f]{64})"?$/.exec(etag)?.[1]
  if (expected === undefined) return
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  if (hash.digest('hex') === expected) return
  await rm(path, { force: true })
  throw new Error('what was received does not have the SHA-256 that the hub states; it was deleted')
}
