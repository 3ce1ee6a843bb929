/** The text that names a model for an engine that loads model directories of Hugging Face's form. */

import type { Problem } from '../../../core/problem.ts'
import { nearestModel } from './checkModel.ts'
import { parseHubModel } from './parseHubModel.ts'
import { shapes } from './shapes.ts'

export type HubReference =
  | { kind: 'synthetic' }
  | { kind: 'repository'; repository: string }
  | { kind: 'directory'; path: string }

/** `synthetic/<shape>`, `hf:org/repo`, or the path of a directory; what is wrong with anything else. */
export function parseHubReference(model: string): HubReference | { kind: 'unknown'; hint: string } {
  if (model.startsWith('synthetic/')) {
    if (Object.hasOwn(shapes, model.slice('synthetic/'.length))) return { kind: 'synthetic' }
    const meant = nearestModel(model)
    return {
      kind: 'unknown',
      hint:
        meant === null
          ? '`llem list models` shows the synthetic shapes'
          : `did you mean "${meant}"?`,
    }
  }
  if (model.startsWith('hf:')) {
    const repository = model.slice('hf:'.length)
    return repositoryPattern.test(repository)
      ? { kind: 'repository', repository }
      : { kind: 'unknown', hint: hintForHub(model) }
  }
  if (model.endsWith('.gguf')) {
    return { kind: 'unknown', hint: 'a GGUF file is for llamacpp: set backend: llamacpp' }
  }
  if (repositoryPattern.test(model)) {
    const hint = `write hf:${model} for the repository of the hub, or ./${model} for a directory`
    return { kind: 'unknown', hint }
  }
  return { kind: 'directory', path: model }
}

export const expectedHubModel = 'synthetic/<shape>, hf:org/repo or the path of a model directory'

/** What is wrong with `model` as far as its text tells: pure, for planning time. */
export function checkHubModel(model: string): Problem[] {
  const reference = parseHubReference(model)
  if (reference.kind !== 'unknown') return []
  const message = `expected ${expectedHubModel}, found "${model}"`
  return [{ path: ['model'], message, hint: reference.hint }]
}

const repositoryPattern = /^\w[\w.-]*\/\w[\w.-]*$/

function hintForHub(model: string): string {
  if (parseHubModel(model) === null) return 'for example hf:HuggingFaceTB/SmolLM2-135M'
  return 'a quantized GGUF file is for llamacpp: set backend: llamacpp, or name the repository of the weights it was made from'
}
