/** Finds a file of a repository by a rule; without a network, among those that were downloaded before. */

import { readdir } from 'node:fs/promises'
import type { WorkerContext } from '../context.ts'
import { hubFailure } from './hubFailure.ts'
import { type HubRepository, listHubFiles } from './listHubFiles.ts'

export interface HubSearch {
  repository: HubRepository
  /** Where files of this repository are kept. */
  directory: string
  /** The path wanted, out of sorted paths; null when none of them is. */
  choose(paths: readonly string[]): string | null
  ctx: Pick<WorkerContext, 'env' | 'signal'>
}

/** The path inside the repository, or null with the paths there are. */
export async function findHubFile({
  repository,
  directory,
  choose,
  ctx,
}: HubSearch): Promise<{ chosen: string | null; paths: readonly string[] }> {
  try {
    const paths = await listHubFiles(repository, ctx)
    return { chosen: choose(paths), paths }
  } catch (cause) {
    const paths = await listDownloaded(directory)
    const chosen = hubFailure(cause).isOffline ? choose(paths) : null
    if (chosen === null) throw cause
    return { chosen, paths }
  }
}

/** Whole files in a directory, sorted; none when there is no such directory. */
export async function listDownloaded(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => [])
  return names.filter((name) => !name.endsWith('.part')).sort()
}
