/** Whether Docker can hand NVIDIA's devices to a container. */

import type { Environment } from '../../core/context.ts'
import { AppError } from '../../core/errors.ts'
import { findProgram } from '../../core/findProgram.ts'
import type { Engine } from './readEngine.ts'

/** Null when it can: its runtime is known to the daemon, or a program of the toolkit is on the PATH. */
export function toolkitError(
  { hasNvidiaRuntime }: Pick<Engine, 'hasNvidiaRuntime'>,
  env: Environment,
): AppError | null {
  if (hasNvidiaRuntime || hasToolkit(env)) return null
  return new AppError('DOCKER_GPU_ACCESS', {
    cause: 'the NVIDIA Container Toolkit is not installed',
    needs: 'toolkit',
  })
}

const programs = ['nvidia-container-runtime', 'nvidia-ctk', 'nvidia-container-cli']

const hasToolkit = (env: Environment): boolean =>
  programs.some((name) => findProgram(name, env) !== null)
