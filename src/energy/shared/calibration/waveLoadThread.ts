/** Thread program: keeps one core busy while a shared integer is 1, and sleeps while it is 0; ends at 2. */

import { workerData } from 'node:worker_threads'

const { state }: { state: Int32Array<SharedArrayBuffer> } = workerData
const spins = 20_000
let product = 1
for (;;) {
  const now = Atomics.load(state, 0)
  if (now === 2) break
  if (now === 0) Atomics.wait(state, 0, 0)
  for (let index = 0; index < spins; index++) product = (product * 1.000_000_1) % 1e9
}
// Kept, so that the loop is not left out.
Atomics.store(state, 1, Math.floor(product))
