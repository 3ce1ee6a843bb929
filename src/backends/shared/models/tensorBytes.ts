/** Sizes of tensors by type: every GGML type stores a row as blocks of so many weights and bytes. */

import { elementCount } from './planTensors.ts'

/** Weights and bytes per block: `type_traits` of ggml.c and the structs of ggml-common.h. */
const blocks: Readonly<Record<string, readonly [weights: number, bytes: number]>> = {
  F64: [1, 8],
  F32: [1, 4],
  F16: [1, 2],
  BF16: [1, 2],
  I8: [1, 1],
  I16: [1, 2],
  I32: [1, 4],
  I64: [1, 8],
  Q4_0: [32, 18],
  Q4_1: [32, 20],
  Q5_0: [32, 22],
  Q5_1: [32, 24],
  Q8_0: [32, 34],
  Q8_1: [32, 36],
  MXFP4: [32, 17],
  IQ4_NL: [32, 18],
  Q2_K: [256, 84],
  Q3_K: [256, 110],
  Q4_K: [256, 144],
  Q5_K: [256, 176],
  Q6_K: [256, 210],
  Q8_K: [256, 292],
  IQ1_S: [256, 50],
  IQ1_M: [256, 56],
  IQ2_XXS: [256, 66],
  IQ2_XS: [256, 74],
  IQ2_S: [256, 82],
  IQ3_XXS: [256, 98],
  IQ3_S: [256, 110],
  IQ4_XS: [256, 136],
  TQ1_0: [256, 54],
  TQ2_0: [256, 66],
}

/** Bytes of a tensor without padding, or null for a type that is not in the table. */
export function tensorBytes(typeName: string, dimensions: readonly number[]): number | null {
  const block = blocks[typeName]
  if (block === undefined) return null
  const [weights, bytes] = block
  return (elementCount(dimensions) / weights) * bytes
}
