/** Many streams read as one: what any of them yields comes out as it comes in. */

import { openChannel } from './channel.ts'

export interface MergedStreams<T> extends AsyncDisposable {
  add(stream: AsyncIterable<T>): void
  /** The next value of any stream, or null when all that were added have ended. Throws what a stream threw. */
  next(): Promise<T | null>
}

/** Disposing waits until every stream has ended: whoever disposes sees to it that they do. */
export function mergeStreams<T>(): MergedStreams<T> {
  type Step = { value: T } | 'ended' | { error: unknown }
  const channel = openChannel<Step>()
  const steps = channel[Symbol.asyncIterator]()
  const reading: Promise<void>[] = []
  let open = 0
  const read = async (stream: AsyncIterable<T>): Promise<void> => {
    for await (const value of stream) channel.push({ value })
  }
  return {
    add(stream) {
      open++
      reading.push(
        read(stream).then(
          () => channel.push('ended'),
          (error) => channel.push({ error }),
        ),
      )
    },
    async next() {
      while (open > 0) {
        const { value: step } = await steps.next()
        if (step === 'ended') open--
        else if ('error' in step) throw step.error
        else return step.value
      }
      return null
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(reading)
    },
  }
}
