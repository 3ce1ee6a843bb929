/** Writes out aliases and merges, so that what they stand for can be moved to different places. */

import { type Document, isMap, isNode, type Pair, visit, type YAMLMap } from 'yaml'
import { isMerge, mergeSourcesOf } from '../yamlReferences.ts'

/** Changes the document; what it means stays the same. */
export function expandReferences(document: Document): void {
  visit(document, {
    Alias: (_key, alias) => document.createNode(alias.resolve(document)?.clone()),
  })
  visit(document, {
    Map(_key, map) {
      while (map.items.some(isMerge)) map.items = map.items.flatMap((pair) => mergedOf(pair, map))
    },
  })
  visit(document, {
    Node(_key, node) {
      if ('anchor' in node) delete node.anchor
    },
  })
}

/** The pairs that a merge stands for, less those that the section has itself; any other pair alone. */
function mergedOf(pair: Pair, map: YAMLMap): Pair[] {
  if (!isMerge(pair)) return [pair]
  const own = new Set(map.items.map(({ key }) => String(key)))
  return mergeSourcesOf(pair.value)
    .flatMap((source) => (isMap(source) ? source.items : []))
    .filter(({ key }) => !own.has(String(key)) && own.add(String(key)))
    .map((inner) => (isNode(inner.key) ? inner.clone() : inner))
}
