/** `llem fake-server`: runs the fake engine server until Ctrl-C, to try a client, a study or a dashboard against. */

import { fakeServerSchema } from '../../backends/shared/fakeServer/fakeServerOptions.ts'
import { startFakeServer } from '../../backends/shared/fakeServer/startFakeServer.ts'
import { applyOverrides, parseOverride } from '../../config/overrides.ts'
import { problemsOf } from '../../config/problemsOf.ts'
import { schemaNodeOf } from '../../config/schemaNode.ts'
import { AppError, type ExitCode, exitCodes } from '../../core/errors.ts'
import { encodeLine } from '../../core/ndjson.ts'
import { interruptSignal } from '../interruptSignal.ts'
import type { Io } from '../io.ts'

export interface FakeServerArguments {
  /** Arguments of `--set`. */
  sets: readonly string[]
}

/** Prints its address as a line of JSON and serves. */
export async function fakeServerCommand({ sets }: FakeServerArguments, io: Io): Promise<ExitCode> {
  using interrupt = interruptSignal(io, () => {})
  await using server = await startFakeServer(optionsOf(sets))
  io.stdout.write(encodeLine({ url: server.url }))
  await new Promise<void>((resolve) => {
    interrupt.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return exitCodes.measured
}

function optionsOf(sets: readonly string[]) {
  const { value, problems } = applyOverrides({}, sets.map(parseOverride))
  const parsed = fakeServerSchema.safeParse(value)
  if (parsed.success && problems.length === 0) return parsed.data
  const found = parsed.success
    ? []
    : problemsOf(parsed.error.issues, value, schemaNodeOf(fakeServerSchema))
  throw new AppError('CONFIG_INVALID', {
    file: 'llem fake-server',
    problems: [...problems, ...found],
  })
}
