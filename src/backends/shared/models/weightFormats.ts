/** The weight formats we can write, as GGML lays them out: blocks of 32 weights. */

import type { Random } from '../../../core/random.ts'

export interface WeightFormat {
  /** Tensor type as GGUF names it. */
  typeName: string
  /** `ggml_type` of the tensors and `llama_ftype` of a file whose matrices all have it. */
  tensorType: number
  fileType: number
  /** Size of one block of 32 weights, in 16-bit words. */
  blockWords: number
  /** Writes 32 weights as one block at word `at`. */
  encode(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void
}

/** Weights in a block, for every format here (`QK4_0`, `QK8_0` of ggml). */
const blockWeights = 32

export const float32Format: WeightFormat = {
  typeName: 'F32',
  tensorType: 0,
  fileType: 0,
  blockWords: 64,
  encode: encodeF32,
}

/** By the precision a person asks for. `fp8` has no GGUF type. */
export const weightFormats: Readonly<Record<string, WeightFormat>> = {
  fp32: float32Format,
  fp16: { typeName: 'F16', tensorType: 1, fileType: 1, blockWords: 32, encode: encodeF16 },
  bf16: { typeName: 'BF16', tensorType: 30, fileType: 32, blockWords: 32, encode: encodeBf16 },
  q8_0: { typeName: 'Q8_0', tensorType: 8, fileType: 7, blockWords: 17, encode: encodeQ8 },
  q4_0: { typeName: 'Q4_0', tensorType: 2, fileType: 2, blockWords: 9, encode: encodeQ4 },
}

/** Bytes of `count` weights, which are whole blocks. */
export function packedBytes({ blockWords }: WeightFormat, count: number): number {
  return (count / blockWeights) * blockWords * 2
}

/** `initializer_range` of the Llama and Qwen configs; with unit norms before every matrix, logits stay small and finite. */
export const standardDeviation = 0.02
/** Smallest normal half-precision number: below it lie subnormals, which some processors compute slowly. */
const smallestHalf = 2 ** -14

/** `count` blocks of normal weights in the given format. */
export function randomBlocks(format: WeightFormat, count: number, random: Random): Uint16Array {
  const words = new Uint16Array(count * format.blockWords)
  const weights = new Float32Array(blockWeights)
  for (let block = 0; block < count; block++) {
    for (let index = 0; index < blockWeights; index++) {
      const weight = random.normal() * standardDeviation
      weights[index] = Math.sign(weight) * Math.max(Math.abs(weight), smallestHalf)
    }
    format.encode(weights, words, block * format.blockWords)
  }
  return words
}

/** `byteLength` bytes of ones in the given format. */
export function ones(format: WeightFormat, byteLength: number): Uint16Array {
  const words = new Uint16Array(byteLength / 2)
  const block = new Float32Array(blockWeights).fill(1)
  for (let at = 0; at < words.length; at += format.blockWords) format.encode(block, words, at)
  return words
}

function encodeF32(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void {
  bitsOf(weights).forEach((bits, index) => {
    words[at + 2 * index] = bits & 0xffff
    words[at + 2 * index + 1] = bits >>> 16
  })
}

function encodeF16(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void {
  bitsOf(weights).forEach((bits, index) => {
    words[at + index] = toHalf(bits)
  })
}

/** The upper half of a float32, rounded to nearest. */
function encodeBf16(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void {
  bitsOf(weights).forEach((bits, index) => {
    words[at + index] = (bits + 0x8000) >>> 16
  })
}

/** `block_q8_0`: a half-precision scale, then 32 signed bytes (`quantize_row_q8_0_ref` of ggml-quants.c). */
function encodeQ8(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void {
  const scale = Math.max(...weights.map(Math.abs)) / 127
  const byte = (index: number): number => Math.round((weights[index] ?? 0) / scale) & 0xff
  words[at] = halfOf(scale)
  for (let word = 0; word < 16; word++) {
    words[at + 1 + word] = byte(2 * word) | (byte(2 * word + 1) << 8)
  }
}

/** `block_q4_0`: a half-precision scale, then 16 bytes of two weights each, i and i + 16 (`quantize_row_q4_0_ref`). */
function encodeQ4(weights: Float32Array<ArrayBuffer>, words: Uint16Array, at: number): void {
  const extreme = weights.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  const scale = extreme / -8
  const nibble = (index: number): number =>
    Math.min(15, Math.floor((weights[index] ?? 0) / scale + 8.5))
  const byte = (index: number): number => nibble(index) | (nibble(index + 16) << 4)
  words[at] = halfOf(scale)
  for (let word = 0; word < 8; word++) {
    words[at + 1 + word] = byte(2 * word) | (byte(2 * word + 1) << 8)
  }
}

function halfOf(value: number): number {
  return toHalf(bitsOf(Float32Array.of(value))[0] ?? 0)
}

/** Half precision from the bits of a float32, rounded to nearest; within the normal range of halves, which is all we make. */
function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  // Exponent bias 127 becomes 15; half a unit of the last kept bit rounds.
  return sign | ((((bits & 0x7fffffff) + 0x1000) >>> 13) - ((127 - 15) << 10))
}

const bitsOf = (values: Float32Array<ArrayBuffer>): Uint32Array => new Uint32Array(values.buffer)
