/** Static batches: requests that wait together start together, and none joins a batch that runs. */

export interface Batcher<R> {
  /** Puts a request in line; `run` will be called with it. */
  add(request: R): void
  /** Takes a request out of the line; false when it is in a batch already or unknown. */
  remove(request: R): boolean
}

export interface BatcherOptions<R> {
  /** Most requests in one batch. */
  size: number
  /** Runs one batch; never rejects. */
  run(batch: readonly R[]): Promise<void>
}

/**
 * A batch begins when the engine is free and either full or no more requests come: those who keep requests in flight
 * send the next ones in the turns of the event loop that follow the end of a batch.
 */
export function batcher<R>({ size, run }: BatcherOptions<R>): Batcher<R> {
  const line: R[] = []
  let isBusy = false
  const work = async (): Promise<void> => {
    isBusy = true
    while (line.length > 0) {
      for (let seen = -1; line.length < size && line.length !== seen; ) {
        seen = line.length
        await twoTurns()
      }
      const batch = line.splice(0, size)
      if (batch.length > 0) await run(batch)
    }
    isBusy = false
  }
  return {
    add(request) {
      line.push(request)
      if (!isBusy) void work()
    },
    remove(request) {
      const at = line.indexOf(request)
      if (at >= 0) line.splice(at, 1)
      return at >= 0
    },
  }
}

async function twoTurns(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}
