/** Started like a worker, but only tells what it finds: that it could be started there at all, and which devices it has. */

import { encodeLine } from '../core/ndjson.ts'
import type { Surroundings } from '../core/surroundings.ts'
import { listVisibleGpus } from '../energy/shared/listVisibleGpus.ts'

const { ids, driverVersion, cudaVersion } = await listVisibleGpus({ root: '/', env: process.env })
const surroundings: Surroundings = {
  nodeVersion: process.version,
  gpus: [...ids],
  driverVersion,
  driverCuda: cudaVersion,
  // Set by NVIDIA's own images and all that are made from them.
  imageCuda: process.env['CUDA_VERSION'] ?? null,
}
process.stdout.write(encodeLine(surroundings))
