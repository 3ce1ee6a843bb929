/** What is done with an image before the first experiment. */

import type { PrepareTask } from '../../core/events.ts'
import { formatDuration } from '../../core/units.ts'
import type { ProgressState } from './progressState.ts'

const doing: Record<PrepareTask, string> = { pull: 'pulling', check: 'checking' }
const done: Record<PrepareTask, string> = { pull: 'pulled', check: 'checked' }

type Preparation = NonNullable<ProgressState['preparation']>

/** `pulling vllm/vllm-openai:v1`. */
export const describeStart = ({ task, image }: Pick<Preparation, 'task' | 'image'>): string =>
  `${doing[task]} ${image}`

/** `pulling vllm/vllm-openai:v1, 3 of 12 layers, 1 m 04 s`. */
export function describePreparation(preparation: Preparation, nowMs: number): string {
  const layers =
    preparation.total === null ? [] : [`${preparation.done} of ${preparation.total} layers`]
  return [
    describeStart(preparation),
    ...layers,
    formatDuration(nowMs - preparation.startedMs),
  ].join(', ')
}

export function describePrepared(
  { task, image }: Pick<Preparation, 'task' | 'image'>,
  startedMs: number | null,
  nowMs: number,
): string {
  const time = startedMs === null ? '' : ` in ${formatDuration(nowMs - startedMs)}`
  return `${done[task]} ${image}${time}`
}
