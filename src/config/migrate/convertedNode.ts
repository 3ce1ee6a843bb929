/** What becomes of the value of a key of the Python tool. */

import { type Document, isNode, isScalar } from 'yaml'
import type { Fate } from './pythonKeys.ts'
import type { Conversion } from './pythonValues.ts'

export const nullMeans = 'null is the default, which is not written here'

type Kept = Exclude<ReturnType<Conversion>, { why: string }>

/** Our key and value, or why there are none. */
export function outcomeOf(
  fate: Fate,
  node: unknown,
  document: Document,
): (Kept & { to: readonly string[] }) | { why: string } {
  if ('why' in fate) return fate
  const converted = fate.convert(plainOf(node, document))
  if ('why' in converted) return converted
  return converted.value === null ? { why: nullMeans } : { ...converted, to: fate.to }
}

function plainOf(node: unknown, document: Document): unknown {
  const plain: unknown = isNode(node) ? node.toJS(document) : node
  return plain
}

/** The node itself when it means that value already, else a new one with its comment. */
export function convertedNode(node: unknown, value: unknown, document: Document): unknown {
  if (value === plainOf(node, document)) return node
  if (typeof value === 'object' && isNode(node) && !isScalar(node)) return node
  const fresh = document.createNode(value, { flow: true })
  if (isNode(node) && isNode(fresh)) fresh.comment = node.comment ?? null
  if (isScalar(node) && isScalar(fresh) && typeof value === 'string' && node.type)
    fresh.type = node.type
  return fresh
}
