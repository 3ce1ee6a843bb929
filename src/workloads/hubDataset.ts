/** Fetches `hf:org/name[:split]` into the cache: the first .jsonl or .parquet file of the split. */

import { join } from 'node:path'
import type { WorkerContext } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { downloadHubFile } from '../core/hub/downloadHubFile.ts'
import { findHubFile, listDownloaded } from '../core/hub/findHubFile.ts'
import { hubFailure } from '../core/hub/hubFailure.ts'

/** Path of the file in the cache. A split may have many files; the first has prompts enough for a measurement. */
export async function hubDataset(source: string, ctx: WorkerContext): Promise<string> {
  const [, name, split = 'train'] = /^hf:(\w[\w.-]*\/\w[\w.-]*)(?::(\w+))?$/.exec(source) ?? []
  if (name === undefined) {
    const cause = 'expected hf:org/name or hf:org/name:split'
    throw new AppError('DATASET_UNREADABLE', { source, cause })
  }
  const repository = { type: 'dataset', name } as const
  const directory = join(ctx.cacheDir, 'hub', 'datasets', name)
  try {
    const choose = (paths: readonly string[]): string | null => fileOfSplit(paths, split)
    const { chosen, paths } = await findHubFile({ repository, directory, choose, ctx })
    if (chosen === null) {
      const data = paths.filter(isData)
      throw new Error(
        `no .jsonl or .parquet file of the split ${split}; it has ${data.join(', ') || 'none'}`,
      )
    }
    const target = join(directory, chosen)
    const isThere = (await listDownloaded(directory)).includes(chosen)
    if (!isThere) await downloadHubFile({ repository, path: chosen, target, ctx })
    return target
  } catch (cause) {
    if (cause instanceof AppError || ctx.signal.aborted) throw cause
    const failure = hubFailure(cause)
    const advice = failure.needsToken ? '; a private or gated dataset needs HF_TOKEN' : ''
    throw new AppError('DATASET_UNREADABLE', { source, cause: failure.cause + advice }, { cause })
  }
}

const isData = (path: string): boolean => /\.(jsonl|parquet)$/.test(path)

/** `data/train-00000-of-00004.parquet`, `train.jsonl`, `main/train/0.parquet`: the split is one part of the path. */
function fileOfSplit(paths: readonly string[], split: string): string | null {
  const pattern = new RegExp(`(^|[/._-])${split}[/._-]`)
  return paths.find((path) => isData(path) && pattern.test(path)) ?? null
}
