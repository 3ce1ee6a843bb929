/** Rows of two numbers in bounded memory: when there are too many, every second one goes. */

export interface ThinningRows {
  add(first: number, second: number): void
  /** What is kept, and how many rows each stands for. */
  rows(): { first: number; second: number; count: number }[]
}

export function thinningRows(mostRows: number): ThinningRows {
  let values = new Float64Array(512)
  let length = 0
  let stride = 1
  let skipped = 0
  const thin = (): void => {
    let kept = 0
    for (let at = 0; at < length; at += 4) {
      values.copyWithin(kept, at, at + 2)
      kept += 2
    }
    length = kept
    stride *= 2
  }
  return {
    add(first, second) {
      if (++skipped < stride) return
      skipped = 0
      if (length === 2 * mostRows) thin()
      if (length === values.length) {
        const larger = new Float64Array(Math.min(2 * mostRows, 2 * length))
        larger.set(values)
        values = larger
      }
      values[length++] = first
      values[length++] = second
    },
    rows: () =>
      Array.from({ length: length / 2 }, (_, row) => ({
        first: values[2 * row] ?? 0,
        second: values[2 * row + 1] ?? 0,
        count: stride,
      })),
  }
}
