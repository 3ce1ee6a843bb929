/** Fetches `hf:org/repo:quant` or `hf:org/repo/file.gguf` into the cache and returns the path of its first part. */

import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import { downloadHubFile } from '../../../core/hub/downloadHubFile.ts'
import { hubFailure } from '../../../core/hub/hubFailure.ts'
import { listHubFiles } from '../../../core/hub/listHubFiles.ts'
import { type HubModel, parseHubModel } from './parseHubModel.ts'
import { partPaths } from './readGguf.ts'

/** A file that was named and is in the cache needs no network. A quant is looked up each time, as its file may be renamed. */
export async function downloadGguf(model: string, ctx: WorkerContext): Promise<string> {
  const wanted = parseHubModel(model)
  if (wanted === null) throw new AppError('MODEL_UNKNOWN', { model, nearest: null })
  const directory = join(ctx.cacheDir, 'hub', 'models', wanted.repository)
  const cached = await listCached(directory)
  try {
    const first = 'file' in wanted ? wanted.file : await findQuant(wanted, cached, ctx)
    const repository = { type: 'model', name: wanted.repository } as const
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

/** The file of a quant; without a network, the one that was downloaded before. */
async function findQuant(
  wanted: Extract<HubModel, { quant: string }>,
  cached: readonly string[],
  ctx: WorkerContext,
): Promise<string> {
  const repository = { type: 'model', name: wanted.repository } as const
  const listed = await listHubFiles(repository, ctx).catch((cause) => {
    if (hubFailure(cause).isOffline && chooseQuant(cached, wanted.quant) !== null) return cached
    throw cause
  })
  const chosen = chooseQuant(listed, wanted.quant)
  if (chosen !== null) return chosen
  const names = listed.filter((path) => path.endsWith('.gguf'))
  throw new Error(
    names.length === 0
      ? `${wanted.repository} has no .gguf file`
      : `no .gguf file of ${wanted.repository} is ${wanted.quant}; it has ${names.join(', ')}`,
  )
}

/** The first file whose name has the quant as one of its parts; of a split model its first part. */
function chooseQuant(paths: readonly string[], quant: string): string | null {
  const escaped = quant.replaceAll('.', '\\.')
  const pattern = new RegExp(`(^|[-._])${escaped}(-00001-of-\\d{5})?\\.gguf$`, 'i')
  // A projector of images (mmproj) is no language model.
  const isModel = (path: string): boolean => !basename(path).startsWith('mmproj')
  return paths.find((path) => isModel(path) && pattern.test(basename(path))) ?? null
}

/** Paths inside the directory, sorted; none when there is no such directory. */
async function listCached(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  return names.filter((name) => name.endsWith('.gguf')).sort()
}
