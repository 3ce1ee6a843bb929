/** Turns callbacks into an async iterable: what is pushed comes out in order, until it is closed. */

export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void
  /** Ends the iteration after what was pushed; with an error, by throwing it. */
  close(error?: unknown): void
}

export function openChannel<T>(): Channel<T> {
  const held: T[] = []
  let end: { error: unknown } | null = null
  let wake = (): void => {}
  return {
    push(value) {
      held.push(value)
      wake()
    },
    close(error) {
      end ??= { error }
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = held.shift()
        if (next !== undefined) yield next
        else if (end?.error !== undefined) throw end.error
        else if (end !== null) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}
