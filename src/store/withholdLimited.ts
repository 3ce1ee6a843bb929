/** Takes from a row what a load client at its own limit may have made: all figures of the window. What and why stays. */

import { noFigures, type SummaryRow } from './summaryRow.ts'

/** The row as it is, unless the load client passed a limit of its own. A slow client stretches the window, and its joules with it. */
export function withholdLimited(row: SummaryRow): SummaryRow {
  return row.isClientLimited === true ? { ...row, ...noFigures } : row
}
