/** The problem of a key that nobody knows: which one was meant, or where it belongs. */

import { nearest } from '../core/nearest.ts'
import { formatPath, type Problem } from '../core/problem.ts'
import { joined } from './describeSchema.ts'
import { pythonBackends } from './migrate/pythonKeys.ts'
import { allKeyPaths, keysOf, type SchemaNode, schemaAt } from './schemaNode.ts'

type Path = readonly (string | number)[]

/** `path` ends with the unknown key. */
export function unknownKey(path: Path, root: SchemaNode): Problem {
  const key = String(path.at(-1))
  const parent = path.slice(0, -1)
  const expected = parent.length === 0 ? 'a known key' : `a key of ${formatPath(parent)}`
  const hint = hintFor(key, parent, root)
  return {
    path,
    isKey: true,
    message: `expected ${expected}, found ${formatPath([key])}`,
    ...(hint === null ? {} : { hint }),
  }
}

function hintFor(key: string, parent: Path, root: SchemaNode): string | null {
  if (parent.length === 0 && pythonBackends.includes(key)) return noSuchBackend
  const keys = keysOf(schemaAt(root, parent) ?? {})
  const elsewhere = allKeyPaths(root).filter((path) => !isBelow(path, parent))
  const homes = elsewhere.filter((path) => path.at(-1) === key)
  if (homes.length > 0 && homes.length <= 3) return `${key} belongs ${joined(homes.map(homeOf))}`
  if (parent.length === 0 && countNames.has(key)) return 'did you mean n?'
  const near = nearest(key, keys)
  if (near === key) return 'it is known in another form of this section only'
  if (near !== null) return `did you mean ${near}?`
  const nearKey = nearest(key, [...new Set(elsewhere.map((path) => path.at(-1) ?? ''))])
  const nearPaths = elsewhere.filter((path) => path.at(-1) === nearKey)
  if (nearPaths.length > 0 && nearPaths.length <= 3)
    return `did you mean ${joined(nearPaths.map(formatPath))}?`
  if (keys.length === 0) return 'nothing can be set here'
  return keys.length <= 12 ? `valid keys: ${keys.join(', ')}` : null
}

/** The number of requests as other benchmarks have it: `n` is near to none of them. */
const countNames: ReadonlySet<string> = new Set(['num_prompts', 'n_prompts', 'num_requests'])

/** Also for values of `backend`. */
export const noSuchBackend =
  'this version has no such backend: `llem list backends` shows those it has'

const homeOf = (path: readonly string[]): string =>
  path.length === 1 ? 'at the top level' : `under ${formatPath(path.slice(0, -1))}`

/** True for a path directly in the section `parent`. */
const isBelow = (path: Path, parent: Path): boolean =>
  path.length === parent.length + 1 && parent.every((part, index) => path[index] === part)
