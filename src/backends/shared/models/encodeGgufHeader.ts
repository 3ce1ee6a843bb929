/** The head of a GGUF file, version 3: metadata and tensor list (ggml `docs/gguf.md`). */

export type GgufValue =
  | { type: 'uint32'; value: number }
  | { type: 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'int32s'; value: readonly number[] }

export interface GgufTensor {
  name: string
  dimensions: readonly number[]
  /** `ggml_type`. */
  tensorType: number
  byteLength: number
}

/** `general.alignment` when the file does not state one. */
const alignmentBytes = 32

/** Bytes up to the first tensor, padding included; tensors follow one after the other, each padded to `paddedLength`. */
export function encodeGgufHeader(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const entries = Object.entries(metadata)
  let offset = 0
  const parts = [
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.flatMap(([key, value]) => [string(key), encodeValue(value)]),
    ...tensors.flatMap(({ name, dimensions, tensorType, byteLength }) => {
      const at = offset
      offset += paddedLength(byteLength)
      return [
        string(name),
        uint32(dimensions.length),
        ...dimensions.map(uint64),
        uint32(tensorType),
        uint64(at),
      ]
    }),
  ]
  const head = Buffer.concat(parts)
  return Buffer.concat([head, Buffer.alloc(paddedLength(head.length) - head.length)])
}

/** The length with the padding that follows it. */
export function paddedLength(byteLength: number): number {
  return Math.ceil(byteLength / alignmentBytes) * alignmentBytes
}

/** The type number of `gguf_metadata_value_type`, then the value; an array repeats the type of its members. */
function encodeValue(value: GgufValue): Buffer {
  switch (value.type) {
    case 'uint32':
      return Buffer.concat([uint32(4), uint32(value.value)])
    case 'float32':
      return Buffer.concat([uint32(6), float32(value.value)])
    case 'bool':
      return Buffer.concat([uint32(7), Buffer.of(value.value ? 1 : 0)])
    case 'string':
      return Buffer.concat([uint32(8), string(value.value)])
    case 'strings':
      return Buffer.concat([
        uint32(9),
        uint32(8),
        uint64(value.value.length),
        ...value.value.map(string),
      ])
    case 'int32s':
      return Buffer.concat([
        uint32(9),
        uint32(5),
        uint64(value.value.length),
        Buffer.from(Int32Array.from(value.value).buffer),
      ])
  }
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([uint64(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
