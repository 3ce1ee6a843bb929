/** Tells the threads of a load to begin (1), to end (0), or to end themselves (2). */
export function setLoadState(state: Int32Array<SharedArrayBuffer>, value: 0 | 1 | 2): void {
  Atomics.store(state, 0, value)
  Atomics.notify(state, 0)
}
