/** Writes a synthetic model to a file: streamed, the same bytes for the same plan and seed, whole or absent. */

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isAbandoned } from '../../../core/abandoned.ts'
import { byteProgress } from '../../../core/byteProgress.ts'
import type { WorkerContext } from '../../../core/context.ts'
import { requireDiskSpace } from '../../../core/diskSpace.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { errorCodeOf } from '../../../core/files.ts'
import { makeDirectory } from '../../../core/makeDirectory.ts'
import { type Random, seededRandom } from '../../../core/random.ts'
import { paddedLength } from './encodeGgufHeader.ts'
import type { PlannedTensor } from './planTensors.ts'
import { ones, randomBlocks, type WeightFormat } from './weightFormats.ts'

/** A file of tensors that is to be: a header, then the tensors one after the other, each padded as GGUF asks for. */
export interface TensorFile {
  /** What it is called while it is written. */
  name: string
  format: WeightFormat
  /** Format of norms and biases. */
  constantFormat: WeightFormat
  tensors: readonly (Pick<PlannedTensor, 'content'> & { byteLength: number })[]
  header: Buffer
  /** Size of the whole file. */
  fileBytes: number
}

interface Destination {
  path: string
  plan: TensorFile
  seed: number
  ctx: WorkerContext
}

/**
 * Weights are drawn block by block from a pool of this many blocks of 32 normal numbers, which is quicker than drawing
 * each number and leaves no two rows of a matrix alike (a row of 18 blocks has 2^252 forms).
 */
const poolBlocks = 2 ** 14
const chunkBytes = 2 ** 22

/** Leaves a whole file at `path`; one that is there already and has the right size is kept. */
export async function writeSynthetic({ path, plan, seed, ctx }: Destination): Promise<void> {
  if ((await sizeOf(path)) === plan.fileBytes) return
  const directory = dirname(path)
  // Two processes that write the same model at once each have their own file; the last rename wins with equal bytes.
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await makeDirectory(directory)
    await removeAbandoned(path, ctx)
    await requireDiskSpace(directory, path, plan.fileBytes)
    const file = await open(temporary, 'w')
    try {
      await writeModel(file, { plan, seed, ctx })
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    // Where it could not be made it cannot be removed either; the first error says why.
    await rm(temporary, { force: true }).catch(() => {})
    if (errorCodeOf(cause) === null) throw cause
    throw new AppError('CACHE_UNWRITABLE', { path, cause: messageOf(cause) }, { cause })
  }
}

/** What earlier writers of this file left when they were killed. */
async function removeAbandoned(path: string, ctx: WorkerContext): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue
    const temporary = join(dirname(path), name)
    if (await isAbandoned(temporary, ctx)) await rm(temporary, { force: true })
  }
}

async function writeModel(
  file: FileHandle,
  { plan, seed, ctx }: Omit<Destination, 'path'>,
): Promise<void> {
  const random = seededRandom(seed)
  const { blockWords } = plan.format
  const pool = randomBlocks(plan.format, poolBlocks, random)
  const chunk = new Uint16Array(Math.floor(chunkBytes / 2 / blockWords) * blockWords)
  const label = `writing ${plan.name}`
  const report = byteProgress({ label, totalBytes: plan.fileBytes, ctx })
  let doneBytes = 0
  const write = async (values: Uint8Array | Uint16Array): Promise<void> => {
    ctx.signal.throwIfAborted()
    await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    doneBytes += values.byteLength
    report(doneBytes)
  }
  await write(plan.header)
  for (const { content, byteLength } of plan.tensors) {
    if (content === 'weights') {
      for (let left = byteLength / 2; left > 0; left -= chunk.length) {
        const part = chunk.subarray(0, Math.min(left, chunk.length))
        fillFromPool(part, { pool, blockWords, random })
        await write(part)
      }
    } else {
      const isOnes = content === 'ones'
      await write(isOnes ? ones(plan.constantFormat, byteLength) : new Uint8Array(byteLength))
    }
    await write(new Uint8Array(paddedLength(byteLength) - byteLength))
  }
}

interface Pool {
  pool: Uint16Array
  blockWords: number
  random: Random
}

function fillFromPool(target: Uint16Array, { pool, blockWords, random }: Pool): void {
  for (let at = 0; at < target.length; at += blockWords) {
    const from = (random.uint32() % poolBlocks) * blockWords
    for (let word = 0; word < blockWords; word++) target[at + word] = pool[from + word] ?? 0
  }
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.size ?? null
}
