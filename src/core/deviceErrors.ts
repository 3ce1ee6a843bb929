/** The rows of the catalogue about sensors and the devices they are of. */

import { environment, failure } from './errorRow.ts'

export const deviceErrors = {
  ENERGY_SOURCE_UNAVAILABLE: environment<{ source: string; reason: string; fix: string | null }>(
    (d) => `the energy source ${d.source} cannot be read: ${d.reason}`,
    (d) => d.fix ?? 'Run `llem doctor`, or set energy.sources to auto.',
  ),
  SAMPLER_FAILED: failure<{ cause: string }>(
    (d) => `the energy sampler stopped: ${d.cause}`,
    () => 'Run `llem doctor`; set energy.sources to the sources you trust.',
  ),
  GPU_LIMITS_REFUSED: environment<{ cause: string }>(
    (d) => `what the study asks of the boards cannot be set: ${d.cause}`,
    () =>
      'Run it as root, or set the limit before (sudo nvidia-smi -i <board> -pl <watts>, -lgc <mhz>) and leave gpu.power_limit_watts and gpu.lock_clocks_mhz out.',
  ),
} as const
