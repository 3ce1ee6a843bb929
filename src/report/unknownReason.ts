/** Why an energy is null: the warning that goes with it. */

import type { Warning } from '../core/warnings.ts'

/** The cause of the unknown energy of one domain, or of any when `domain` is null; null when no warning says. */
export function unknownReason(warnings: readonly Warning[], domain: string | null): string | null {
  const about = warnings.filter(({ data }) => domain === null || data['domain'] === domain)
  const unknown = about.find(({ code }) => code === 'ENERGY_UNKNOWN')
  const reason = unknown ?? (domain === null ? undefined : about[0])
  if (reason === undefined) return null
  const { cause } = reason.data
  return typeof cause === 'string' ? cause : reason.message
}
