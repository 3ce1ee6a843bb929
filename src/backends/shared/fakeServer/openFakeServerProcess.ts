/** The fake engine server in a process of its own, so that what the client costs is counted alone. */

import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { monotonicClock as clock } from '../../../core/clock.ts'
import { decodeLine } from '../../../core/ndjson.ts'
import { runProgram } from '../../../core/process.ts'
import { programs } from '../../../core/programs.ts'
import { hoursToMs } from '../../../core/units.ts'
import type { FakeServerOptions } from './fakeServerOptions.ts'

export interface FakeServerProcess extends AsyncDisposable {
  url: string
}

const greeting = z.object({ url: z.string() })
const longestRunMs = hoursToMs(24)

export function openFakeServerProcess(
  options: Partial<FakeServerOptions>,
): Promise<FakeServerProcess> {
  return openServerProcess([fileURLToPath(programs.fakeServer), JSON.stringify(options)])
}

/** A program of ours that prints its address as a line of JSON, with its arguments. */
export async function openServerProcess(args: readonly string[]): Promise<FakeServerProcess> {
  const stopped = new AbortController()
  let onUrl: (url: string) => void = () => {}
  const url = new Promise<string>((resolve) => {
    onUrl = resolve
  })
  const exit = runProgram({
    argv: [process.execPath, ...args],
    env: {},
    timeoutMs: longestRunMs,
    silenceMs: null,
    clock,
    signal: stopped.signal,
    onLine: (line) => onUrl(decodeLine(line, greeting)?.url ?? ''),
  })
  const died = exit.then(({ stderrTail }) => {
    throw new Error(`the fake server ended: ${stderrTail}`)
  })
  return {
    url: await Promise.race([url, died]),
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await exit
    },
  }
}
