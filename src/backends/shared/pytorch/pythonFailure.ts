/** What went wrong in Python, as errors of our catalogue. Pure. */

import { AppError, messageOf } from '../../../core/errors.ts'
import { classifyDeath } from '../server/classifyDeath.ts'
import type { Failed } from './wire.ts'

export const failed = (cause: string): AppError =>
  new AppError('BACKEND_FAILED', { backend: 'pytorch', cause })

/** The command that installs what the program imports. */
export const pipCommand = (python: string, modules = 'torch transformers'): string =>
  `${python} -m pip install ${modules}`

export function failureOf({ kind, message, missing }: Failed): AppError {
  switch (kind) {
    case 'memory':
      return new AppError('ENGINE_OUT_OF_MEMORY', { backend: 'pytorch', cause: message })
    case 'missing':
      return unavailable(
        `its Python has no module ${missing}`,
        `${pipCommand('python3', missing ?? undefined)}, with the Python that pytorch.python names`,
      )
    case 'error': {
      const known = classifyDeath(message)
      return known === null || known.kind === 'other'
        ? failed(message)
        : unavailable(`${known.cause}: ${message}`, known.hint)
    }
  }
}

export function notStarted(python: string, thrown: unknown): AppError {
  const fix = `name a Python with torch and transformers in pytorch.python, or: ${pipCommand(python)}`
  return unavailable(messageOf(thrown), fix, thrown)
}

function unavailable(reason: string, fix: string, cause?: unknown): AppError {
  return new AppError('BACKEND_UNAVAILABLE', { backend: 'pytorch', reason, fix }, { cause })
}
