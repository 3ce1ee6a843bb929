/** Whether containers can be started here: the command, the daemon behind it, and the way to the GPUs where there are any. */

import { existsSync } from 'node:fs'
import type { Availability } from '../../core/availability.ts'
import { monotonicClock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import { AppError } from '../../core/errors.ts'
import { nodeError } from './checkNode.ts'
import { type Engine, readEngine } from './readEngine.ts'
import { toolkitError } from './toolkitError.ts'

export async function probeDocker(env: Environment): Promise<Availability> {
  const engine = await readEngine({ env, clock: monotonicClock })
  if (engine instanceof AppError) return no(engine)
  const error = nodeError() ?? (hasNvidiaGpu() ? toolkitError(engine, env) : null)
  return error === null ? { status: 'available', detail: describe(engine) } : no(error)
}

const no = ({ message, hint }: AppError): Availability => ({
  status: 'unavailable',
  reason: message,
  fix: hint,
})

/** Made by the driver when it is loaded. */
function hasNvidiaGpu(): boolean {
  return existsSync('/proc/driver/nvidia/version')
}

function describe({ version, runtime, isRootless }: Engine): string {
  const parts = [version, runtime, isRootless ? 'rootless' : null]
  return parts.filter((part) => part !== null).join(', ')
}
