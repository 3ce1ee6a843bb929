/** The images of a study as a table for a person. */

import { formatBytes } from '../../core/units.ts'
import type { TextOptions } from '../../report/renderWarnings.ts'
import type { ImageFacts } from '../../runners/runner.ts'
import type { RunnerSpec } from '../../store/experimentFile.ts'

export interface ImageEntry {
  name: string
  source: NonNullable<RunnerSpec['image']>['source']
  backends: readonly string[]
  /** Null for an image that is not here. */
  found: ImageFacts | null
}

const sourceWords: Record<ImageEntry['source'], string> = {
  env: 'by the environment',
  study: 'by the study',
  runner: 'behind docker:',
  user_config: 'by the configuration of this user',
  default: 'by default',
}

/** Name, backends and state of each on three lines: names and digests are too long for one. */
export function renderImages(entries: readonly ImageEntry[], { paint }: TextOptions): string {
  if (entries.length === 0) return 'the study uses no images: nothing of it runs in a container\n'
  return entries
    .flatMap(({ name, source, backends, found }) => [
      paint.bold(name),
      `  for ${backends.join(', ')}, named ${sourceWords[source]}`,
      `  ${found === null ? paint.yellow('not here') : describe(found)}`,
    ])
    .map((line) => `${line}\n`)
    .join('')
}

function describe({ id, digest, sizeBytes }: ImageFacts): string {
  return `here, ${formatBytes(sizeBytes)}, ${digest ?? `${id} (in no registry)`}`
}
