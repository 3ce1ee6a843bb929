/** Where results directories are when nobody says: what the user set for all studies, else the default. */

import { outputSchema } from '../config/studyConfig.ts'
import { loadUserConfig, type UserConfig } from '../config/userConfig.ts'
import type { Environment } from '../core/context.ts'
import { loadSections } from '../study/loadSections.ts'

export async function defaultResultsDir(env: Environment): Promise<string> {
  return resultsDirOf(await loadUserConfig(env, await loadSections()))
}

export function resultsDirOf({ defaults }: UserConfig): string {
  return outputSchema.parse(defaults?.value['output'] ?? {}).results_dir
}
