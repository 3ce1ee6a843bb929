/** The files of a repository of the Hugging Face hub. */

import type { WorkerContext } from '../context.ts'
import { hubAccess } from './hubAccess.ts'

export interface HubRepository {
  type: 'model' | 'dataset'
  /** `org/name`. */
  name: string
}

/** Paths in the order of their names; rejects as the hub client does (`hubFailure` words it). */
export async function listHubFiles(
  repository: HubRepository,
  ctx: Pick<WorkerContext, 'env' | 'signal'>,
): Promise<string[]> {
  const { listFiles } = await import('@huggingface/hub')
  const paths: string[] = []
  const entries = listFiles({ repo: repository, recursive: true, ...hubAccess(ctx) })
  for await (const { type, path } of entries) if (type === 'file') paths.push(path)
  return paths.sort()
}
