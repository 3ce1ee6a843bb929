/** What a job needs besides its run directory: its environment, files that it reads and writes, and the network. */

import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Environment } from '../core/context.ts'
import type { Job } from '../runners/runner.ts'
import { jobEnvironment } from './jobEnvironment.ts'
import { pathsIn } from './pathsIn.ts'

export type JobNeeds = Pick<Job, 'reads' | 'caches' | 'needsNetwork' | 'env'>

export interface NeedsWorld {
  env: Environment
  cacheDir: string
  /** Where relative paths of the experiment start; absent: where this process runs. */
  workingDirectory?: string
}

export async function jobNeeds(
  declared: Readonly<Record<string, unknown>>,
  { env, cacheDir, workingDirectory = '.' }: NeedsWorld,
): Promise<JobNeeds> {
  const here = (path: string): string => resolve(workingDirectory, path)
  const written = pathsIn(declared).map(here)
  const [reads, [hubCache]] = await Promise.all([
    keepExisting([...written, ...certificatesIn(env)]),
    keepExisting([hubCacheOf(env)]),
  ])
  return {
    // The default depends on a home directory, which may be another one where the worker runs.
    env: { ...jobEnvironment(env), ...(hubCache === undefined ? {} : { HF_HOME: hubCache }) },
    reads,
    caches: [resolve(cacheDir), ...(hubCache === undefined ? [] : [hubCache])],
    needsNetwork: [declared['model'], declared['dataset']].some(
      (source) => typeof source === 'string' && isRemote(source, reads.includes(here(source))),
    ),
  }
}

/** Absolute paths of what is there, each once; the root of the file system is nobody's input. */
async function keepExisting(paths: readonly string[]): Promise<string[]> {
  const absolute = [...new Set(paths.map((path) => resolve(path)))].filter((path) => path !== '/')
  const found = await Promise.all(absolute.map((path) => stat(path).catch(() => null)))
  return absolute.filter((_, index) => found[index] !== null)
}

/** Files with certificates of one's own, which downloads go through. */
function certificatesIn(env: Environment): string[] {
  return [env['NODE_EXTRA_CA_CERTS'], env['SSL_CERT_FILE']].filter((path) => path !== undefined)
}

/** Where the libraries of Hugging Face keep what they downloaded, by their own rules. */
function hubCacheOf(env: Environment): string {
  const home = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? '/', '.cache')
  return env['HF_HOME'] ?? join(home, 'huggingface')
}

/** `hf:org/name`, or `org/name` as engines take it, unless it is a folder here. */
function isRemote(source: string, isHere: boolean): boolean {
  if (source.startsWith('synthetic') || isHere) return false
  return source.startsWith('hf:') || /^[\w.-]+\/[\w.-]+$/.test(source)
}
