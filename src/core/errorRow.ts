/** Makers of the rows of the catalogue of errors, by who can mend it: who wrote the input, who keeps the machine, nobody. */

export interface ErrorRow<D> {
  /** Exit code, as in `exitCodes`. */
  exit: 2 | 3 | 4
  message(data: D): string
  hint(data: D): string
}

export const badInput = <D>(message: (d: D) => string, hint: (d: D) => string): ErrorRow<D> => ({
  exit: 2,
  message,
  hint,
})

export const environment = <D>(message: (d: D) => string, hint: (d: D) => string): ErrorRow<D> => ({
  exit: 3,
  message,
  hint,
})

export const failure = <D>(message: (d: D) => string, hint: (d: D) => string): ErrorRow<D> => ({
  exit: 4,
  message,
  hint,
})
