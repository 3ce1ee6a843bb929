/** How many threads llama.cpp gets when nobody says. */

import type { HostFacts } from '../../../core/host.ts'

/**
 * One for each physical core, less one where they have no second thread to spare: llama.cpp's threads spin while they wait
 * for each other, so whatever else must run (what reads the tokens, the sampler) stops all of them. On 2 cores without
 * hyperthreads, synthetic/llama-25m in fp16: 327 tokens/s with 1 thread, 112 with 2.
 */
export function defaultThreads({
  usableCores,
  usablePhysicalCores,
}: Pick<HostFacts, 'usableCores' | 'usablePhysicalCores'>): number {
  const isSpare = usableCores >= usablePhysicalCores + 1
  return Math.max(1, Math.floor(usablePhysicalCores) - (isSpare ? 0 : 1))
}
