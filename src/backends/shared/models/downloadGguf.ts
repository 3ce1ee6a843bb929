/** Fetches `hf:org/repo:quant` or `hf:org/repo/file.gguf` into the cache and returns the path of its first part. */

import { basename, join } from 'node:path'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import { downloadHubFile } from '../../../core/hub/downloadHubFile.ts'
import { findHubFile, listDownloaded } from '../../../core/hub/findHubFile.ts'
import { hubFailure } from '../../../core/hub/hubFailure.ts'
import { type HubModel, parseHubModel } from './parseHubModel.ts'
import { partPaths } from './readGguf.ts'

/** A file that was named and is in the cache needs no network. A quant is looked up each time, as its file may be renamed. */
export async function downloadGguf(model: string, ctx: WorkerContext): Promise<string> {
  const wanted = parseHubModel(model)
  if (wanted === null) throw new AppError('MODEL_UNKNOWN', { model, nearest: null })
  const directory = join(ctx.cacheDir, 'hub', 'models', wanted.repository)
  const repository = { type: 'model', name: wanted.repository } as const
  try {
    const first = 'file' in wanted ? wanted.file : await findQuant(wanted, directory, ctx)
    const cached = await listDownloaded(directory)
    for (const path of partPaths(first)) {
      if (cached.includes(path)) continue
      await downloadHubFile({ repository, path, target: join(directory, path), ctx })
    }
    return join(directory, first)
  } catch (cause) {
    if (cause instanceof AppError || ctx.signal.aborted) throw cause
    throw new AppError('MODEL_DOWNLOAD_FAILED', { model, ...hubFailure(cause) }, { cause })
  }
}

async function findQuant(
  wanted: Extract<HubModel, { quant: string }>,
  directory: string,
  ctx: WorkerContext,
): Promise<string> {
  const { repository: name, quant } = wanted
  const { chosen, paths } = await findHubFile({
    repository: { type: 'model', name },
    directory,
    choose: (candidates) => fileOfQuant(candidates, quant),
    ctx,
  })
  if (chosen !== null) return chosen
  const files = paths.filter((path) => path.endsWith('.gguf'))
  throw new Error(
    `no .gguf file of ${name} is ${quant}; it has ${files.join(', ') || 'none at all'}`,
  )
}

/** The first file whose name has the quant as its last part; of a split model its first part. */
function fileOfQuant(paths: readonly string[], quant: string): string | null {
  const escaped = quant.replaceAll('.', '\\.')
  const pattern = new RegExp(`(^|[-._])${escaped}(-00001-of-\\d{5})?\\.gguf$`, 'i')
  // A projector of images (mmproj) is no language model.
  const isModel = (path: string): boolean => !basename(path).startsWith('mmproj')
  return paths.find((path) => isModel(path) && pattern.test(basename(path))) ?? null
}
