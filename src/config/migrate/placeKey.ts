/** Puts a key and its value into a YAML mapping by path, and finds them there. */

import { isMap, isScalar, Pair, Scalar, YAMLMap } from 'yaml'

/** The name of a key; null for what is no plain key. */
export function nameOf({ key }: Pair): string | null {
  return isScalar(key) ? String(key.value) : null
}

export function findPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find((pair) => nameOf(pair) === name)
}

export function removePair(map: YAMLMap, pair: Pair): void {
  map.items = map.items.filter((one) => one !== pair)
}

/** Another name for a key, whose comments stay. */
export function renamePair(pair: Pair, name: string): void {
  if (isScalar(pair.key)) pair.key.value = name
}

export interface Placing {
  path: readonly string[]
  /** Takes the last name of the path. */
  pair: Pair
  /** What stands below it in the outermost section; at the end when that has no such pair. */
  before: Pair | null
}

/** Sections are made where there are none. False when the place is taken. */
export function placeKey(root: YAMLMap, { path, pair, before }: Placing): boolean {
  const [name = '', ...rest] = path
  const there = findPair(root, name)
  if (rest.length === 0) {
    if (there !== undefined) return false
    renamePair(pair, name)
    insert(root, pair, before)
    return true
  }
  if (there !== undefined)
    return isMap(there.value) && placeKey(there.value, { path: rest, pair, before: null })
  const section = new YAMLMap(root.schema)
  section.flow = root.flow ?? false
  placeKey(section, { path: rest, pair, before: null })
  insert(root, new Pair(newKey(root, name), section), before)
  return true
}

/** A key that no file had, with a scalar for its value. False when the place is taken. */
export function placeNew(
  root: YAMLMap,
  { path, value, comment, before }: Omit<Placing, 'pair'> & { value: unknown; comment?: string },
): boolean {
  const node = new Scalar(value)
  // JSON has neither plain words nor comments.
  if (root.flow === true && typeof value === 'string') node.type = 'QUOTE_DOUBLE'
  if (root.flow !== true && comment !== undefined) node.comment = comment
  return placeKey(root, { path, pair: new Pair(newKey(root), node), before })
}

function newKey(map: YAMLMap, name = ''): Scalar {
  const key = new Scalar(name)
  const [first] = map.items
  // As its neighbors are written: JSON has no plain words.
  if (map.flow === true && isScalar(first?.key) && first.key.type) key.type = first.key.type
  return key
}

function insert(map: YAMLMap, pair: Pair, before: Pair | null): void {
  const at = before === null ? -1 : map.items.indexOf(before)
  map.items.splice(at < 0 ? map.items.length : at, 0, pair)
}
