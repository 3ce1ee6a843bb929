/** A test that needs a part of the machine skips with a reason, or fails where that part is required. */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

/**
 * True when `part` is there. Otherwise skips the test with the reason, unless `LLEM_TEST_REQUIRE`
 * (a comma list, set where the part must be there) names it: then the test fails.
 */
export function requirePart(t: TestContext, part: string, missing: string | null): boolean {
  if (missing === null) return true
  const required = (process.env['LLEM_TEST_REQUIRE'] ?? '').split(',').map((name) => name.trim())
  assert.ok(!required.includes(part), `${part} is required here, but ${missing}`)
  t.skip(`needs ${part}: ${missing}`)
  return false
}
