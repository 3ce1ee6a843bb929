/** What keeping the readings of a day costs, in a process of its own. */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BenchRow } from './benchRow.ts'

const program = fileURLToPath(new URL('./powerTableProcess.js', import.meta.url))

export async function powerTable(): Promise<BenchRow[]> {
  return JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }))
}
