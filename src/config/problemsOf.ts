/** Turns what zod found wrong into problems a person can act on: what was expected, what was found, what to write instead. */

import type { z } from 'zod'
import { formatPath, type Problem } from '../core/problem.ts'
import { badValue } from './badValue.ts'
import { pythonProblems } from './migrate/pythonProblems.ts'
import type { SchemaNode } from './schemaNode.ts'
import { unknownKey } from './unknownKey.ts'
import { valueAt } from './valueAt.ts'

type Issue = z.core.$ZodIssue
type Path = readonly (string | number)[]
interface Scope {
  written: unknown
  root: SchemaNode
}

/** All problems of a value, one per unknown key or bad value, in the order zod reports them. */
export function problemsOf(
  issues: readonly Issue[],
  written: unknown,
  root: SchemaNode,
): Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, [], { written, root }))
}

function problemsOfIssue(issue: Issue, outer: Path, scope: Scope): Problem[] {
  const path = [
    ...outer,
    ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
  ]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.flatMap((key) => unknown([...path, key], scope))
  if (issue.code === 'invalid_union') {
    const best = bestBranch(issue.errors)
    if (best !== null) return best.flatMap((inner) => problemsOfIssue(inner, path, scope))
  }
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => badKey(inner, path))
  const spelled = pythonProblems(path, valueAt(scope.written, path))
  return spelled.length > 0 ? spelled : [badValue(issue, path, scope)]
}

function unknown(path: Path, { written, root }: Scope): Problem[] {
  const spelled = pythonProblems(path, valueAt(written, path))
  return spelled.length > 0 ? spelled : [unknownKey(path, root)]
}

/** A key of a map whose names follow a rule. */
function badKey({ message }: Issue, path: Path): Problem {
  const rule = message.startsWith('expected ') ? message : 'expected another name'
  return { path, isKey: true, message: `${rule}, found ${formatPath(path.slice(-1))}` }
}

/** The branch of a union that was most likely meant: right in kind, with the fewest faults. Null when none is right in kind. */
function bestBranch(branches: readonly Issue[][]): Issue[] | null {
  const [best] = branches
    .filter((issues) => issues.every(({ code, path }) => path.length > 0 || isInside(code)))
    .sort((a, b) => a.length - b.length)
  return best ?? null
}

/** Faults at the root of a branch that prove its kind right all the same: the section was one, the list was one. */
const isInside = (code: Issue['code']): boolean =>
  code === 'unrecognized_keys' || code === 'custom' || code === 'invalid_union'
