/** Where a backend runs, and who decided that. */

import type { RunnerSpec } from '../store/experimentFile.ts'

const sourceWords: Record<RunnerSpec['source'], string> = {
  env: 'by the environment',
  study: 'by the study',
  user_config: 'by the configuration of this user',
  elevated: 'as the study has several backends',
  detected: 'as Docker can be used here',
  default: 'by default',
}

/** `docker, image vllm/vllm-openai:v1, by the study`. */
export function describeRunner({ mode, image, source }: RunnerSpec): string {
  const place = image === null ? mode : `${mode}, image ${image.name}`
  return `${place}, ${sourceWords[source]}`
}
