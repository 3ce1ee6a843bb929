/** Writes out the defaults of the Python tool that measure something else than ours. */

import { isMap, isSeq, type Pair, type YAMLMap } from 'yaml'
import type { MigrationLog } from './migrationLog.ts'
import { nameOf, placeNew } from './placeKey.ts'
import { pythonBackends } from './pythonKeys.ts'

export interface AddedKey {
  key: string
  value: string | number
}

/** Does nothing to a file that is only a part of a study: one that names no model, or lies over a base. */
export function addDefaults(root: YAMLMap, { renamed, dropped }: MigrationLog): AddedKey[] {
  const sweep = root.get('sweep')
  const axes = isMap(sweep) ? sweep.items : []
  if (!isWhole(root, axes)) return []
  const written = sharedFields(root, axes)
  const theirs = [...renamed.map(({ from }) => from), ...dropped.map(({ key }) => key)].map((key) =>
    key.replace(/^(sweep|experiments\[\d+\])\./, ''),
  )
  const isNewer = theirs.some((key) => /^(engine|task|measurement)\b/.test(key))
  const isSynthetic = theirs.some((key) => key.startsWith('dataset.'))
  const wasDropped = (name: string) => dropped.some(({ key }) => key.endsWith(`.${name}`))
  return defaults
    .filter(({ key, since }) => {
      const isTheirs = since === 'older' || isNewer
      return (
        isTheirs && !written.has(key) && !wasDropped(key) && !(key === 'dataset' && isSynthetic)
      )
    })
    .filter(({ key, value }) =>
      placeNew(root, {
        path: [key],
        value,
        comment: ' the default of the Python tool',
        before: null,
      }),
    )
    .map(({ key, value }) => ({ key, value }))
}

/** The older vocabulary has our limits of length. */
const defaults: readonly (AddedKey & { since: 'older' | 'newer' })[] = [
  { key: 'backend', value: 'pytorch', since: 'older' },
  { key: 'dataset', value: 'aienergyscore', since: 'older' },
  { key: 'max_input_tokens', value: 256, since: 'newer' },
  { key: 'max_output_tokens', value: 256, since: 'newer' },
]

const outermost = (pair: Pair): string => nameOf(pair)?.split('.')[0] ?? ''

/** Whether the study names a model anywhere, and stands on its own. */
function isWhole(root: YAMLMap, axes: readonly Pair[]): boolean {
  const experiments = root.get('experiments')
  const groups = axes.flatMap(({ value }) => (isSeq(value) ? value.items.filter(isMap) : []))
  const entries = isSeq(experiments) ? experiments.items.filter(isMap) : []
  const pairs = [root, ...groups, ...entries].flatMap(({ items }) => items)
  return [...pairs, ...axes].some((pair) => outermost(pair) === 'model') && !root.has('base')
}

/** Fields that every experiment has from the file itself; `backend` where the sweep implies it. */
function sharedFields(root: YAMLMap, axes: readonly Pair[]): Set<string> {
  const names = [...root.items, ...axes].map(outermost)
  const isImplied = axes.some((pair) => pythonBackends.includes(outermost(pair)))
  return new Set(isImplied ? [...names, 'backend'] : names)
}
