/** Finds aliases and merges that lead nowhere or back to themselves: the parser only notices when it is too late to say where. */

import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair, visit } from 'yaml'
import type { Problem } from '../core/problem.ts'
import { startOf } from './startOf.ts'

/** Each with the offset in the text at which it stands. */
export function brokenReferences(document: Document): (Problem & { offset: number })[] {
  const found: (Problem & { offset: number })[] = []
  visit(document, {
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document)
      const name = `*${alias.source}`
      const message =
        target === undefined
          ? `expected the name of an anchor defined above, found ${name}`
          : ancestors.some((ancestor) => ancestor === target)
            ? `expected an anchor outside this section, found ${name}, which contains itself`
            : null
      if (message !== null) found.push({ path: [], message, offset: startOf(alias) ?? 0 })
    },
    Pair(_key, pair) {
      if (isMerge(pair) && !mergeSourcesOf(pair.value).every((source) => isMapIn(document, source)))
        found.push({
          path: [],
          message: 'expected a section or its alias after <<, found something else',
          hint: 'write <<: *name, where another section is marked &name',
          offset: startOf(pair.key) ?? 0,
        })
    },
  })
  return found
}

/** True for `<<: *name`, which takes over the keys of another section. */
export function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN'
}

/** What a merge takes its keys from: one section or a list of them. */
export function mergeSourcesOf(value: unknown): unknown[] {
  return isSeq(value) ? value.items.filter((item) => !isPair(item)) : [value]
}

function isMapIn(document: Document, source: unknown): boolean {
  return isMap(isAlias(source) ? source.resolve(document) : source)
}
