/** Small programs that misbehave, and a look at which of them are still alive. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readProcesses } from '../core/processTable.ts'

/** The command line of a program of `fixtures/programs`. */
export function programArgv(name: string, ...args: readonly string[]): string[] {
  const file = fileURLToPath(new URL(`./fixtures/programs/${name}.js`, import.meta.url))
  return [process.execPath, file, ...args]
}

/** Ids of the processes that are alive and have `token` in their command line. */
export function survivors(token: string): number[] {
  return readProcesses()
    .filter(({ pid, isAlive }) => isAlive && commandLine(pid).includes(token))
    .map(({ pid }) => pid)
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
