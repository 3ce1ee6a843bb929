/** Writes a synthetic model to a file: streamed, the same bytes for the same plan and seed, whole or absent. */

import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WorkerContext } from '../../../core/context.ts'
import { type Random, seededRandom } from '../../../core/random.ts'
import { paddedLength } from './encodeGgufHeader.ts'
import type { SyntheticPlan } from './planSynthetic.ts'
import { randomBlocks } from './weightFormats.ts'

interface Destination {
  path: string
  plan: SyntheticPlan
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
  await mkdir(dirname(path), { recursive: true })
  // Two processes that write the same model at once each have their own file; the last rename wins with equal bytes.
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'w')
    try {
      await writeModel(file, { plan, seed, ctx })
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}

async function writeModel(
  file: FileHandle,
  { plan, seed, ctx }: Omit<Destination, 'path'>,
): Promise<void> {
  const random = seededRandom(seed)
  const pool = randomBlocks(plan.format, poolBlocks, random)
  const { blockWords } = plan.format
  const chunk = new Uint16Array(Math.floor(chunkBytes / 2 / blockWords) * blockWords)
  await file.writeFile(plan.header)
  for (const { content, byteLength } of plan.tensors) {
    ctx.signal.throwIfAborted()
    if (content === 'weights') {
      for (let left = byteLength / 2; left > 0; left -= chunk.length) {
        const part = chunk.subarray(0, Math.min(left, chunk.length))
        fillFromPool(part, { pool, blockWords, random })
        await file.writeFile(bytesOf(part))
      }
    } else {
      await file.writeFile(
        bytesOf(new Float32Array(byteLength / 4).fill(content === 'ones' ? 1 : 0)),
      )
    }
    await file.writeFile(Buffer.alloc(paddedLength(byteLength) - byteLength))
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

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array | Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.size ?? null
}
