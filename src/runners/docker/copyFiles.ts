/** Copies a file or a folder into or out of a container, which need not run. */

import { hoursToMs } from '../../core/units.ts'
import type { DockerError } from './classifyMessage.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'

/** Models and programs take as long as the line to the daemon needs; Ctrl-C ends them sooner. */
const patienceMs = hoursToMs(12)

/** Paths as `docker cp` takes them. Null when it is done. */
export async function copyFiles(
  source: string,
  target: string,
  world: DockerWorld,
): Promise<DockerError | null> {
  const args = ['cp', source, target]
  const answer = await askDocker({ args, task: 'create', timeoutMs: patienceMs }, world)
  return answer.ok ? null : answer.error
}
