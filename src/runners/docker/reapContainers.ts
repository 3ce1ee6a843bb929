/** Removes the containers of hosts that died without removing them. */

import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { isProcessAlive, ownOwner } from '../../core/processOwner.ts'
import { isAbandoned, ownerLabels } from './containerOwner.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'
import { removeContainer } from './removeContainer.ts'

const containerSchema = z.object({
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }),
  State: z.object({ Running: z.boolean() }),
})

/** Never throws: what cannot be removed now is told by whoever it is in the way of. */
export async function reapContainers(world: DockerWorld): Promise<void> {
  const list = ['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${ownerLabels.process}`]
  const listed = await askDocker({ args: list, task: 'look' }, world)
  if (!listed.ok || listed.stdout === '') return
  for (const id of listed.stdout.split('\n')) {
    if (!(await isOrphan(id, world))) continue
    await removeContainer(id, world).catch((thrown) => {
      if (!(thrown instanceof AppError)) throw thrown
    })
  }
}

async function isOrphan(id: string, world: DockerWorld): Promise<boolean> {
  const args = ['inspect', '--type', 'container', '--format', '{{json .}}', id]
  const answer = await askDocker({ args, task: 'look' }, world)
  // Somebody else has just removed it.
  if (!answer.ok) return false
  const { Config, State } = containerSchema.parse(JSON.parse(answer.stdout))
  const labels = Config.Labels ?? {}
  const owner = {
    host: labels[ownerLabels.host] ?? '',
    scope: labels[ownerLabels.scope] ?? '',
    process: labels[ownerLabels.process] ?? '',
  }
  return isAbandoned(owner, {
    isRunning: State.Running,
    own: ownOwner(),
    isAlive: isProcessAlive,
  })
}
