/** What a person set for all studies on a machine: `config.yaml` in the configuration directory of the platform. */

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import envPaths from 'env-paths'
import { z } from 'zod'
import type { Environment } from '../core/context.ts'
import { AppError } from '../core/errors.ts'
import { energySchema, type Sections } from './experimentSchema.ts'
import { placeProblem } from './placeProblem.ts'
import { problemsOf } from './problemsOf.ts'
import { readLayer } from './readLayer.ts'
import { imageNameSchema, runnerChoiceSchema } from './runnerChoice.ts'
import { schemaNodeOf } from './schemaNode.ts'
import { outputSchema } from './studyConfig.ts'
import type { StudyLayer } from './studyLayer.ts'

export interface UserConfig {
  runners: Readonly<Partial<Record<string, string>>>
  images: Readonly<Partial<Record<string, string>>>
  /** What every study is laid over; null when nothing of a study is written there. */
  defaults: StudyLayer | null
}

export const noUserConfig: UserConfig = { runners: {}, images: {}, defaults: null }

/** `LLEM_CONFIG_DIR`, else the place of the platform; null for an environment without a home. */
export function userConfigPath(env: Environment): string | null {
  const folder = env['LLEM_CONFIG_DIR']
  if (folder !== undefined) return join(folder, 'config.yaml')
  const hasHome = ['HOME', 'XDG_CONFIG_HOME', 'APPDATA'].some((name) => env[name] !== undefined)
  return hasHome ? join(envPaths('llenergymeasure', { suffix: '' }).config, 'config.yaml') : null
}

/** No file is no configuration. Throws `CONFIG_INVALID` with every problem of the file, `CONFIG_UNREADABLE`. */
export async function loadUserConfig(env: Environment, sections: Sections): Promise<UserConfig> {
  const path = userConfigPath(env)
  if (path === null || (await stat(path).catch(() => null)) === null) return noUserConfig
  const layer = await readLayer(path)
  const parsed = userSchema(sections).safeParse(layer.value)
  const problems = [
    ...(layer.source?.problems ?? []),
    ...(parsed.success
      ? []
      : problemsOf(parsed.error.issues, layer.value, schemaNodeOf(userSchema(sections)))),
  ]
  if (!parsed.success || problems.length > 0) {
    const placed = problems.map((problem) => placeProblem(problem, [layer], []))
    throw new AppError('CONFIG_INVALID', { file: path, problems: placed })
  }
  const { runners, images } = parsed.data
  return { runners, images, defaults: defaultsOf(layer) }
}

const ofStudy = ['output', 'energy']

function userSchema({ backends, sources }: Sections) {
  const backend = z.enum(backends.map(({ name }) => name))
  const choice = z.union([z.literal('auto'), runnerChoiceSchema])
  return z.strictObject({
    runners: z
      .partialRecord(backend, choice)
      .default({})
      .describe(
        'where the worker runs, by backend, unless a study says otherwise; auto: no choice',
      ),
    images: z
      .partialRecord(backend, imageNameSchema)
      .default({})
      .describe('container image, by backend, unless a study says otherwise'),
    output: outputSchema.partial().optional().describe('where results go'),
    energy: energySchema(sources),
  })
}

/** As it was written: defaults are filled in when a study is. */
function defaultsOf({ value, ...layer }: StudyLayer): StudyLayer | null {
  const entries = Object.entries(value).filter(([key]) => ofStudy.includes(key))
  return entries.length === 0 ? null : { ...layer, value: Object.fromEntries(entries) }
}
