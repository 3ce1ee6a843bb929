/** Prompts from a dataset that is named: a file here, or one of the hub. */

import type { WorkerContext } from '../core/context.ts'
import { hubDataset } from './hubDataset.ts'
import { type PromptFile, takePrompts } from './takePrompts.ts'

interface Workload extends Omit<PromptFile, 'path'> {
  ctx: WorkerContext
}

export async function datasetPrompts({ ctx, ...wanted }: Workload): ReturnType<typeof takePrompts> {
  const { dataset } = wanted.config
  const path = dataset.startsWith('hf:') ? await hubDataset(dataset, ctx) : dataset
  return takePrompts({ ...wanted, path })
}
