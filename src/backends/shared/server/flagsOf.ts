/** Options to arguments by a table, so that a backend is a list of names and not a list of branches. Pure. */

/** `--flag value`; or, for what can only be true or false, what stands for each (null: nothing). */
export type Flag = string | { on: string | null; off: string | null }

/** In the order of the table. Absent options give nothing, objects are written as JSON, lists as several values. */
export function flagsOf<O extends object>(
  options: O,
  table: Readonly<Partial<Record<keyof O & string, Flag>>>,
): string[] {
  const values = new Map<string, unknown>(Object.entries(options))
  return Object.entries<Flag | undefined>(table).flatMap(([key, flag]) =>
    flag === undefined ? [] : argumentsOf(flag, values.get(key)),
  )
}

function argumentsOf(flag: Flag, value: unknown): string[] {
  if (value === undefined) return []
  if (typeof flag !== 'string') {
    const chosen = value === true ? flag.on : flag.off
    return chosen === null ? [] : [chosen]
  }
  if (Array.isArray(value)) return [flag, ...value.map(String)]
  return [flag, typeof value === 'object' ? JSON.stringify(value) : String(value)]
}
