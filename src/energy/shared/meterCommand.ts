/** Runs a command that prints a power, and finds it in what it printed. */

import type { EnergyContext } from '../energySource.ts'

/** Longer than any reading is waited for: the caller's signal ends it. */
const limitMs = 60_000

/** Its lines; throws an `Error` with its last words when it fails. */
export async function runMeterCommand(
  argv: readonly string[],
  {
    ctx: { env, clock },
    signal,
  }: { ctx: Pick<EnergyContext, 'env' | 'clock'>; signal: AbortSignal },
): Promise<string[]> {
  // Loaded when it is needed: every worker opens this file, and hardly one has such a meter.
  const { runProgram } = await import('../../core/process.ts')
  const lines: string[] = []
  const exit = await runProgram({
    argv,
    env,
    clock,
    signal,
    timeoutMs: limitMs,
    silenceMs: null,
    onLine: (line) => void lines.push(line),
  })
  signal.throwIfAborted()
  if (exit.code === 0) return lines
  const words = exit.stderrTail.trim().split('\n').at(-1) ?? ''
  const how = exit.code === null ? `it was ended by ${exit.signal}` : `it exits with ${exit.code}`
  throw new Error(words === '' ? how : `${how}: ${words}`)
}

/** The number of the last line that is one, with or without its unit; null when there is none. */
export function printedWatts(lines: readonly string[]): number | null {
  const found = lines.flatMap((line) => /^\s*(\d+(?:\.\d+)?)\s*W?\s*$/.exec(line)?.[1] ?? [])
  const last = found.at(-1)
  return last === undefined ? null : Number(last)
}
