/** The plug-ins of one kind with what they are for. */

import { loadBackends } from '../../backends/registry.gen.ts'
import { loadEnergySources } from '../../energy/registry.gen.ts'
import type { TextOptions } from '../../report/renderWarnings.ts'
import { wrapWords } from '../../report/wrapRow.ts'
import { loadRunners } from '../../runners/registry.gen.ts'

export interface PluginEntry {
  name: string
  title: string
  docs: string
}

/** In the order of their names. */
export async function listPlugins(
  kind: 'backends' | 'sources' | 'runners',
): Promise<PluginEntry[]> {
  const loaders = { backends: loadBackends, sources: loadEnergySources, runners: loadRunners }
  const plugins: readonly PluginEntry[] = await loaders[kind]()
  return plugins.map(({ name, title, docs }) => ({ name, title, docs }))
}

/** Name and title on one line, what it is for below. */
export function renderPlugins(
  plugins: readonly PluginEntry[],
  { width, paint }: TextOptions,
): string {
  const nameWidth = Math.max(...plugins.map(({ name }) => name.length)) + 2
  const indent = ' '.repeat(nameWidth)
  return plugins
    .flatMap(({ name, title, docs }) => [
      `${paint.bold(name.padEnd(nameWidth))}${title}`,
      ...wrapWords(docs, Math.max(30, width - nameWidth)).map((line) =>
        paint.dim(`${indent}${line}`),
      ),
    ])
    .map((line) => `${line}\n`)
    .join('')
}
