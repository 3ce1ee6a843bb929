/** A vocabulary with one token per byte and no merges, as long as the real model's: text maps to tokens one byte at a time. */

import type { GgufValue } from './encodeGgufHeader.ts'

/** `llama_token_type`. */
const normal = 1
const control = 3

/** Ids of the two tokens that stand for no text. */
export const bosId = 256
export const eosId = 257

/** Ids of bytes that are text only together with others (UTF-8): random weights put them anywhere. */
export const partialTextIds: readonly number[] = Array.from({ length: 128 }, (_, at) => at + 128)

/** The tokens by id: 256 bytes, then `<bos>` and `<eos>`, then words no text maps to. */
export function byteTokens(size: number): string[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteToken(byte))
  // Ordinary tokens, so that a generated one has a text to stream; without merges no text is ever encoded to them.
  const unused = Array.from({ length: size - 258 }, (_, index) => `[${index + 258}]`)
  return [...bytes, '<bos>', '<eos>', ...unused]
}

/** Tokenizer metadata for a GGUF model of `size` tokens. */
export function byteVocabulary(size: number): Record<string, GgufValue> {
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: 'gpt-2' },
    'tokenizer.ggml.tokens': { type: 'strings', value: byteTokens(size) },
    'tokenizer.ggml.token_type': {
      type: 'int32s',
      value: Array.from({ length: size }, (_, id) =>
        id === bosId || id === eosId ? control : normal,
      ),
    },
    'tokenizer.ggml.merges': { type: 'strings', value: [] },
    'tokenizer.ggml.bos_token_id': { type: 'uint32', value: bosId },
    'tokenizer.ggml.eos_token_id': { type: 'uint32', value: eosId },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: false },
  }
}

/** GPT-2's printable stand-in of a byte (`bytes_to_unicode` of openai/gpt-2 encoder.py). */
function byteToken(byte: number): string {
  if (isPrintable(byte)) return String.fromCodePoint(byte)
  const rank = Array.from({ length: byte }, (_, lower) => lower).filter((b) => !isPrintable(b))
  return String.fromCodePoint(256 + rank.length)
}

function isPrintable(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
}
