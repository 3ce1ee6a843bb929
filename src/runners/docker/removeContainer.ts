/** Ends a container and sees that it is gone. */

import { AppError } from '../../core/errors.ts'
import { readContainerState } from './containerState.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'

/**
 * Throws `DOCKER_STUCK` when it still runs afterwards. A daemon that does not answer is no news here: the next container
 * cannot be made without it either, and what is left is removed when a study starts.
 */
export async function removeContainer(name: string, world: DockerWorld): Promise<void> {
  const args = ['rm', '--force', '--volumes', name]
  const answer = await askDocker({ args, task: 'remove' }, world)
  if (answer.ok) return
  const state = await readContainerState(name, world)
  if (state instanceof AppError || !state.isRunning) return
  throw new AppError('DOCKER_STUCK', { container: name, cause: answer.error.message })
}
