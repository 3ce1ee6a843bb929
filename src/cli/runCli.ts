/** From the words of a command line to its exit code. Every error ends here, worded alike. */

import { CommanderError } from 'commander'
import { AppError, exitCodes } from '../core/errors.ts'
import { asAppError, renderError } from '../report/renderError.ts'
import { type Io, isColor } from './io.ts'
import { buildProgram } from './program.ts'

/** Runs `llem` with these words; resolves when it is done. */
export async function runCli(words: readonly string[], io: Io): Promise<void> {
  const program = buildProgram(io)
  try {
    if (words.length === 0) program.outputHelp()
    else await program.parseAsync(words, { from: 'user' })
  } catch (thrown) {
    const error = thrown instanceof CommanderError ? usageError(thrown) : thrown
    if (error === null) return
    io.stderr.write(renderError(error, { isColor: isColor(io.stderr, io.env) }))
    io.setExitCode(asAppError(error).exitCode)
  }
}

/** What commander found wrong as an error of ours; null when it only printed help or the version. */
function usageError({ exitCode, message }: CommanderError): AppError | null {
  if (exitCode === exitCodes.measured) return null
  const [what = '', ...suggestion] = message.replace(/^error: /, '').split('\n')
  const didYouMean = suggestion.join(' ').replace(/^\((.*)\)$/, '$1')
  return new AppError('USAGE', { what, ...(didYouMean === '' ? {} : { suggestion: didYouMean }) })
}
