/** How a container is, as the daemon tells it. */

import { z } from 'zod'
import type { DockerError } from './classifyMessage.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'

const stateSchema = z.object({
  Running: z.boolean(),
  OOMKilled: z.boolean(),
  ExitCode: z.int(),
  Error: z.string().default(''),
  StartedAt: z.string(),
})

export interface ContainerState {
  isRunning: boolean
  /** False for one that the daemon could not start. */
  isStarted: boolean
  isOutOfMemory: boolean
  exitCode: number
  /** Why the daemon could not start it; empty when it could. */
  error: string
}

export async function readContainerState(
  name: string,
  world: DockerWorld,
): Promise<ContainerState | DockerError> {
  const args = ['inspect', '--type', 'container', '--format', '{{json .State}}', name]
  const answer = await askDocker({ args, task: 'look' }, world)
  return answer.ok ? parseContainerState(answer.stdout) : answer.error
}

function parseContainerState(text: string): ContainerState {
  const {
    Running,
    OOMKilled,
    ExitCode,
    Error: error,
    StartedAt,
  } = stateSchema.parse(JSON.parse(text))
  return {
    isRunning: Running,
    isStarted: !StartedAt.startsWith('0001-01-01'),
    isOutOfMemory: OOMKilled,
    exitCode: ExitCode,
    error,
  }
}
