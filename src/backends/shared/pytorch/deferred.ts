/** A promise with its ends outside (`Promise.withResolvers` of Node 22). */

export interface Deferred<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Whoever asks for it hears of a rejection; one that nobody asks for is no fault of its own.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
