/** What `power.parquet` looks like: its rows, its units, and the names under which it describes itself. */

/** One row of the table. */
export interface PowerRow {
  domain: string
  /** CLOCK_MONOTONIC, milliseconds. */
  atMs: number
  /** Raw counter, not unwrapped; null when there was none. */
  joules: number | null
  /** Null when there was none. */
  watts: number | null
}

export const columnUnits = {
  domain: 'id of a domain in llem.domains',
  at_ms: 'milliseconds of CLOCK_MONOTONIC',
  joules: 'joules, raw counter, not unwrapped; null: no reading',
  watts: 'watts; null: no reading',
} as const
export const domainsKey = 'llem.domains'
export const unitsKey = 'llem.units'
