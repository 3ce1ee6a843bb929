/** Whether containers can be started here: the command, the daemon behind it, and the way to the GPUs where there are any. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Availability } from '../../core/availability.ts'
import { monotonicClock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import { AppError } from '../../core/errors.ts'
import { portableNode, readNodeFacts, whyNotPortable } from './checkNode.ts'
import { type Engine, readEngine } from './readEngine.ts'

export async function probeDocker(env: Environment): Promise<Availability> {
  const engine = await readEngine({ env, clock: monotonicClock })
  if (engine instanceof AppError) return no(engine)
  const whyNot = whyNotPortable(readNodeFacts())
  if (whyNot !== null) {
    return {
      status: 'unavailable',
      reason: `our Node cannot run in images: ${whyNot}`,
      fix: portableNode,
    }
  }
  if (hasNvidiaGpu() && !engine.hasNvidiaRuntime && !hasToolkit(env)) {
    return no(
      new AppError('DOCKER_GPU_ACCESS', {
        cause: 'the NVIDIA Container Toolkit is not installed',
        needs: 'toolkit',
      }),
    )
  }
  return { status: 'available', detail: describe(engine) }
}

function no({ message, hint }: AppError): Availability {
  return { status: 'unavailable', reason: message, fix: hint }
}

function describe({ version, runtime, isRootless }: Engine): string {
  return [
    version,
    ...(runtime === null ? [] : [runtime]),
    ...(isRootless ? ['rootless'] : []),
  ].join(', ')
}

/** Made by the driver when it is loaded. */
function hasNvidiaGpu(): boolean {
  return existsSync('/proc/driver/nvidia/version')
}

/** Any of the programs of the toolkit, old and new. */
function hasToolkit(env: Environment): boolean {
  const programs = ['nvidia-container-runtime', 'nvidia-ctk', 'nvidia-container-cli']
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.some((folder) => programs.some((name) => existsSync(join(folder, name))))
}
