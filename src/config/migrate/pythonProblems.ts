/** Problems of keys that the Python tool spells differently, each with our spelling. */

import { isRecord } from '../../core/json.ts'
import type { Problem } from '../../core/problem.ts'
import { fateOf, isPythonSection } from './pythonKeys.ts'

type Path = readonly (string | number)[]

/** One problem per key of the Python tool, at `path` or below it; none when that is no key of it. */
export function pythonProblems(path: Path, value: unknown): Problem[] {
  const names = path.map(String)
  if (isRecord(value) && isPythonSection(names))
    return Object.entries(value).flatMap(([key, inner]) => pythonProblems([...path, key], inner))
  const fate = fateOf(names)
  if (fate === null || ('to' in fate && fate.to.join('.') === names.join('.'))) return []
  return [
    {
      path,
      isKey: true,
      isPython: true,
      message: 'expected our spelling, found that of the Python tool',
      hint: 'why' in fate ? `remove it: ${fate.why}` : `write ${fate.to.join('.')}`,
    },
  ]
}
