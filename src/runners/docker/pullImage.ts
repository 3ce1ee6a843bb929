/** Fetches an image and tells how far it is, by layers: the command line tells no bytes to a program. */

import { hoursToMs } from '../../core/units.ts'
import type { PullProgress } from '../runner.ts'
import type { DockerError } from './classifyMessage.ts'
import { askDocker, type DockerWorld } from './dockerCommand.ts'

/** An image of tens of gigabytes on a slow line; Ctrl-C ends it sooner. */
const patienceMs = hoursToMs(12)

/** Null when it is there. */
export async function pullImage(
  name: string,
  world: DockerWorld,
  onPull: (progress: PullProgress) => void,
): Promise<DockerError | null> {
  const layers = new Map<string, boolean>()
  const question = {
    args: ['pull', name],
    task: 'pull',
    image: name,
    timeoutMs: patienceMs,
  } as const
  const onLine = (line: string): void => {
    if (noteLayer(line, layers)) onPull({ image: name, ...countLayers(layers) })
  }
  const answer = await askDocker({ ...question, onLine }, world)
  return answer.ok ? null : answer.error
}

/** `0a1b2c3d4e5f: Pull complete`. True when the line says something of a layer that was not known. */
export function noteLayer(line: string, layers: Map<string, boolean>): boolean {
  const [, layer = '', state = ''] = /^([0-9a-f]{12}): (.+)$/.exec(line) ?? []
  if (layer === '') return false
  const isDone = /^(?:Pull complete|Already exists)/.test(state)
  if (layers.get(layer) === isDone) return false
  layers.set(layer, isDone)
  return true
}

function countLayers(layers: ReadonlyMap<string, boolean>) {
  const done = [...layers.values()].filter((isDone) => isDone)
  return { layersDone: done.length, layersTotal: layers.size }
}
