/**
 * Keeps requests in flight in step, so that each decoding pass of the engine carries a token of every one of them.
 * node-llama-cpp starts the next pass as soon as one sequence has asked for it; the others then come a pass later and
 * stay out of step for good: two requests in flight run as two streams of passes with one token each.
 */
export interface Lockstep {
  /** Requests that take part now. */
  readonly activeCount: number
  enter(): void
  leave(): void
  /** Resolves when every request that takes part waits for its turn. */
  turn(): Promise<void>
}

export function lockstep(): Lockstep {
  let activeCount = 0
  let waiting: (() => void)[] = []
  const releaseWhenComplete = (): void => {
    if (waiting.length === 0 || waiting.length < activeCount) return
    const released = waiting
    waiting = []
    // In a new turn of the event loop, when the engine has closed the pass that brought the last token.
    setImmediate(() => {
      for (const go of released) go()
    })
  }
  return {
    get activeCount() {
      return activeCount
    },
    enter() {
      activeCount += 1
    },
    leave() {
      activeCount -= 1
      releaseWhenComplete()
    },
    turn() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        releaseWhenComplete()
      })
    },
  }
}
