/** One figure of `npm run bench` beside the limit that we promise. */

export interface BenchRow {
  name: string
  value: number
  unit: string
  /** What the value must not exceed; null for a figure that only informs. */
  limit: number | null
  isMet: boolean
}

/** A figure with an upper limit. */
export function limitedRow(row: Omit<BenchRow, 'isMet'>): BenchRow {
  return { ...row, isMet: row.limit === null || row.value <= row.limit }
}
