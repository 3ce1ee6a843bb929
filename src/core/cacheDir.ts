/** Where models and tokenizers are kept between runs. */

import envPaths from 'env-paths'
import type { Environment } from './context.ts'

/** `LLEM_CACHE_DIR`, else the cache directory of the platform (XDG on Linux). */
export function cacheDirOf(env: Environment): string {
  return env['LLEM_CACHE_DIR'] ?? envPaths('llenergymeasure', { suffix: '' }).cache
}
