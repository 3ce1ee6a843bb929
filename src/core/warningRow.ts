/** One row of the catalogue of warnings: what a reader must know and what to do about it, from the figures. */

export interface WarningRow<D> {
  message(data: D): string
  hint(data: D): string
}

export const row = <D>(message: (data: D) => string, hint: (data: D) => string): WarningRow<D> => ({
  message,
  hint,
})
