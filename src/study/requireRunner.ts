/** A runner by its name; a plan that names one there is not comes from another version. */

import { AppError } from '../core/errors.ts'
import type { Runner } from '../runners/runner.ts'

export async function requireRunner(
  name: string,
  load: (name: string) => Promise<Runner<unknown> | null>,
): Promise<Runner<unknown>> {
  const runner = await load(name)
  if (runner !== null) return runner
  throw new AppError('RUNNER_UNAVAILABLE', {
    runner: name,
    reason: 'there is no runner of this name',
    fix: '`llem list runners` shows all.',
  })
}
