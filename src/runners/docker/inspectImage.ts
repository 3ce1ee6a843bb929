/** What the daemon knows of an image. */

import { z } from 'zod'
import type { ImageFacts } from '../runner.ts'
import type { DockerError } from './classifyMessage.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'
import { nodeArchitectureOf } from './readEngine.ts'

export interface InspectedImage extends ImageFacts {
  architecture: string
  platform: string
}

const imageSchema = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Architecture: z.string().default(''),
  Os: z.string().default('linux'),
  Size: z.number().default(0),
})

/** By name or id; `DOCKER_IMAGE_PULL` when it is not there. */
export async function inspectImage(
  name: string,
  world: DockerWorld,
): Promise<InspectedImage | DockerError> {
  const args = ['image', 'inspect', '--format', '{{json .}}', name]
  const answer = await askDocker({ args, task: 'look', image: name }, world)
  return answer.ok ? parseImage(answer.stdout, name) : answer.error
}

export function parseImage(text: string, name: string): InspectedImage {
  const { Id, RepoDigests, Architecture, Os, Size } = imageSchema.parse(JSON.parse(text))
  const digests = RepoDigests ?? []
  return {
    // Podman leaves out the algorithm.
    id: Id.includes(':') ? Id : `sha256:${Id}`,
    digest: digests.find((digest) => isOf(digest, name)) ?? digests[0] ?? null,
    sizeBytes: Size,
    architecture: nodeArchitectureOf(Architecture),
    platform: Os,
  }
}

/** An image may have come under several names. */
function isOf(digest: string, name: string): boolean {
  const repository = name.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
  return digest.startsWith(`${repository}@`)
}
