/** The rows of the catalogue about studies as they are written. */

import { badInput } from './errorRow.ts'
import { describeProblem, type Problem } from './problem.ts'

export const configErrors = {
  CONFIG_INVALID: badInput<{ file: string; problems: readonly Problem[] }>(
    (d) =>
      [
        `${d.file}: ${d.problems.length} ${d.problems.length === 1 ? 'problem' : 'problems'}`,
        ...d.problems.map((p) => `  ${describeProblem(p)}`),
      ].join('\n'),
    (d) =>
      d.problems.some(({ isPython }) => isPython)
        ? `This is a study of the Python tool: \`llem migrate ${d.file}\` rewrites it and keeps the comments.`
        : 'Correct the lines above. `llem list options` names every key.',
  ),
  COMBINATIONS_INVALID: badInput<{
    file: string
    count: number
    total: number
    reasons: readonly string[]
  }>(
    (d) =>
      [
        `${d.file}: ${d.count} of ${d.total} combinations cannot run`,
        ...d.reasons.map((reason) => `  ${reason}`),
      ].join('\n'),
    () => 'Correct the lines above, or leave --strict out to skip these combinations.',
  ),
  CONFIG_UNREADABLE: badInput<{ file: string; cause: string }>(
    (d) => `cannot read ${d.file}: ${d.cause}`,
    () =>
      'Check the path. A study is a .yaml, .yml or .json file, or a .js or .mjs file that exports one.',
  ),
}
