/** Turns the `model` of a configuration into what an engine of Hugging Face models is to load, and says what is known of it. */

import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { writeFileAtomic } from '../../../core/files.ts'
import { makeDirectory } from '../../../core/makeDirectory.ts'
import type { ModelFacts } from '../../backend.ts'
import { hubFiles } from './hubFiles.ts'
import { expectedHubModel, parseHubReference } from './parseHubReference.ts'
import { type HubDtype, planSafetensors } from './planSafetensors.ts'
import { syntheticVersion } from './planSynthetic.ts'
import { readHubFacts } from './readHubFacts.ts'
import { findShape, syntheticFacts } from './syntheticFacts.ts'
import { writeSynthetic } from './writeSynthetic.ts'

export interface HubRequest {
  /** `synthetic/<shape>`, `hf:org/repo`, or the path of a directory. */
  model: string
  /** Type of synthetic weights, which their config.json states; of no effect on other models. */
  dtype: HubDtype
  /** Of synthetic models: `none` for an engine that makes weights itself, `safetensors` for one that reads them. */
  weights: 'none' | 'safetensors'
  /** Seed of synthetic weights. */
  seed: number
}

export interface ResolvedHub {
  /** What the engine loads: a directory, or `org/repo` which it fetches from the hub itself. */
  path: string
  /** Null when nothing is known here: a repository, or weights that are quantized or not in safetensors. */
  facts: ModelFacts | null
}

/** Writes what is not there yet; a directory it returns is whole. */
export async function resolveHubDirectory(
  request: HubRequest,
  ctx: WorkerContext,
): Promise<ResolvedHub> {
  const { model } = request
  const reference = parseHubReference(model)
  switch (reference.kind) {
    case 'synthetic':
      return resolveSynthetic(request, ctx)
    case 'repository':
      return { path: reference.repository, facts: null }
    case 'directory':
      return resolveDirectory(model, '.')
    case 'unknown': {
      const cause = `expected ${expectedHubModel}`
      throw new AppError('MODEL_DIRECTORY_UNUSABLE', { model, cause, hint: reference.hint })
    }
  }
}

/** Looks at a directory that is named by its path; what would be written or fetched is taken as whole. */
export async function checkHubDirectory(model: string, directory: string): Promise<void> {
  if (parseHubReference(model).kind === 'directory') await resolveDirectory(model, directory)
}

async function resolveDirectory(model: string, directory: string): Promise<ResolvedHub> {
  const path = resolve(directory, model)
  if ((await sizeOf(join(path, 'config.json'))) === null) {
    const cause = `there is no config.json in ${path}`
    throw new AppError('MODEL_DIRECTORY_UNUSABLE', { model, cause, hint: null })
  }
  return { path, facts: await readHubFacts(path) }
}

async function resolveSynthetic(
  { model, dtype, weights, seed }: HubRequest,
  ctx: WorkerContext,
): Promise<ResolvedHub> {
  const plan = planSafetensors(model, dtype)
  const suffix = weights === 'none' ? 'config' : `seed${seed}`
  const name = `${basename(model)}-${dtype}-${suffix}-v${syntheticVersion}`
  const path = join(ctx.cacheDir, 'synthetic', name)
  await writeTexts(path, hubFiles(findShape(model), dtype))
  if (weights === 'safetensors') {
    await writeSynthetic({ path: join(path, 'model.safetensors'), plan, seed, ctx })
  }
  const weightBytes = plan.fileBytes - plan.header.length
  const facts = { ...syntheticFacts(model), weightType: plan.format.typeName, weightBytes }
  return { path, facts }
}

/** Each file is whole or absent, and one of the right length is kept: its name says all that decides its bytes. */
async function writeTexts(directory: string, files: Readonly<Record<string, string>>) {
  try {
    await makeDirectory(directory)
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name)
      if ((await sizeOf(path)) !== Buffer.byteLength(text)) await writeFileAtomic(path, text)
    }
  } catch (cause) {
    throw new AppError('CACHE_UNWRITABLE', { path: directory, cause: messageOf(cause) }, { cause })
  }
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  )
