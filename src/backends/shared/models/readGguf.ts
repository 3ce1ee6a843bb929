/** Reads what a GGUF file says of itself, all its parts together, and checks that its tensors are all there. */

import { stat } from 'node:fs/promises'
import { AppError, messageOf } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json.ts'
import { formatBytes } from '../../../core/units.ts'
import { tensorBytes } from './tensorBytes.ts'

export interface GgufFile {
  metadata: Readonly<Record<string, unknown>>
  tensors: readonly TensorFacts[]
}

export interface TensorFacts {
  name: string
  dimensions: readonly number[]
  /** As GGUF names it (`Q4_K`); `type <number>` for one that we do not know. */
  typeName: string
  byteLength: number
}

/** The first part of a split model stands for all of them, as llama.cpp has it. */
export async function readGguf(path: string): Promise<GgufFile> {
  const parts = await Promise.all(partPaths(path).map(readPart))
  return {
    metadata: parts[0]?.metadata ?? {},
    tensors: parts.flatMap(({ tensors }) => tensors),
  }
}

/** Paths of every part of `model-00001-of-00003.gguf`, or the path itself. */
export function partPaths(path: string): string[] {
  const [, prefix, total] = /^(.*)-00001-of-(\d{5})\.gguf$/.exec(path) ?? []
  if (prefix === undefined || total === undefined) return [path]
  const numbers = Array.from({ length: Number(total) }, (_, index) => index + 1)
  return numbers.map((number) => `${prefix}-${String(number).padStart(5, '0')}-of-${total}.gguf`)
}

async function readPart(path: string): Promise<GgufFile> {
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isFile()) throw new AppError('MODEL_FILE_MISSING', { path })
  const { metadata, tensorInfos, tensorDataOffset } = await parseHeader(path)
  const { GGMLQuantizationType } = await import('@huggingface/gguf')
  const dataBytes = found.size - Number(tensorDataOffset)
  const tensors = tensorInfos.map(({ name, shape, dtype, offset }, index) => {
    const dimensions = shape.map(Number)
    const typeName = GGMLQuantizationType[dtype] ?? `type ${dtype}`
    const nextOffset = Number(tensorInfos[index + 1]?.offset ?? dataBytes)
    const byteLength = tensorBytes(typeName, dimensions) ?? nextOffset - Number(offset)
    return { name, dimensions, typeName, byteLength }
  })
  const ends = tensors.map(({ byteLength }, i) => Number(tensorInfos[i]?.offset) + byteLength)
  const missingBytes = Math.max(...ends) - dataBytes
  if (tensors.length === 0) throw damaged(path, 'it lists no tensors')
  if (missingBytes > 0) throw damaged(path, `it is ${formatBytes(missingBytes)} too short`)
  return { metadata: isRecord(metadata) ? metadata : {}, tensors }
}

async function parseHeader(path: string) {
  const { gguf } = await import('@huggingface/gguf')
  try {
    return await gguf(path, { allowLocalFile: true })
  } catch (cause) {
    throw damaged(path, messageOf(cause))
  }
}

const damaged = (path: string, cause: string): AppError =>
  new AppError('MODEL_FILE_DAMAGED', { path, cause })
