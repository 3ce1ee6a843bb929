/** A buffer that grows up to a limit: bytes of something that is not whole yet. */

export interface HeldBytes {
  length(): number
  /** Throws `RangeError` when more than the limit would be held. */
  add(piece: Buffer, start: number, end: number): void
  /** Everything held, in order; good until the next `add`. */
  peek(): Buffer
  /** The same, and nothing is held afterwards. */
  take(): Buffer
}

export function holdBytes(limitBytes: number): HeldBytes {
  let bytes = Buffer.alloc(0)
  let length = 0
  return {
    length: () => length,
    add(piece, start, end) {
      const needed = length + end - start
      if (needed > limitBytes) throw new RangeError(`expected at most ${limitBytes} bytes`)
      if (needed > bytes.length) {
        const grown = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length, 1024))
        bytes.copy(grown, 0, 0, length)
        bytes = grown
      }
      piece.copy(bytes, length, start, end)
      length = needed
    },
    peek: () => bytes.subarray(0, length),
    take() {
      const taken = bytes.subarray(0, length)
      length = 0
      return taken
    },
  }
}
