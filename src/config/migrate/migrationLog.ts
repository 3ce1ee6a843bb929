/** What became of the keys of a study of the Python tool. */
export interface MigrationLog {
  renamed: { from: string; to: string; line: number }[]
  /** Keys that have no meaning here, and why. */
  dropped: { key: string; why: string; line: number }[]
}
