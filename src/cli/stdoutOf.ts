/** What goes to stdout: text or one record at the end, or every event as a line of JSON when it happens. */

export type Stdout = 'text' | 'record' | 'events'

/** As the flags `--json` and `--events` ask. */
export function stdoutOf({ json, events }: { json: boolean; events: boolean }): Stdout {
  if (events) return 'events'
  return json ? 'record' : 'text'
}
