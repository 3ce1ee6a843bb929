/** Whether a Python with torch and transformers is in the PATH: their versions are read, nothing is loaded. */

import type { Availability } from '../../../core/availability.ts'
import { monotonicClock } from '../../../core/clock.ts'
import type { Environment } from '../../../core/context.ts'
import { messageOf } from '../../../core/errors.ts'
import { runProgram } from '../../../core/process.ts'
import { pipCommand } from './pythonFailure.ts'

const program = `
import importlib.metadata, platform
def version(name):
    try: return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError: return ''
print(platform.python_version(), version('torch'), version('transformers'), sep=',')
`
/** Python on a cold network disk may take many seconds. */
const longestMs = 30_000

export async function probePython(env: Environment): Promise<Availability> {
  const fix = `${pipCommand('python3')}, or name another Python in pytorch.python, or run it in a container: runners: {pytorch: docker}`
  const lines: string[] = []
  try {
    await runProgram({
      argv: ['python3', '-c', program],
      env,
      timeoutMs: longestMs,
      silenceMs: null,
      onLine: (line) => lines.push(line),
      clock: monotonicClock,
    })
  } catch (thrown) {
    return { status: 'unavailable', reason: messageOf(thrown), fix }
  }
  const [python = '', torch = '', transformers = ''] = lines.at(-1)?.split(',') ?? []
  if (python === '') return { status: 'unavailable', reason: 'python3 does not run', fix }
  const missing = [
    ...(torch === '' ? ['torch'] : []),
    ...(transformers === '' ? ['transformers'] : []),
  ]
  if (missing.length > 0) {
    const reason = `python3 (${python}) has no ${missing.join(' and no ')}`
    return { status: 'unavailable', reason, fix }
  }
  const detail = `transformers ${transformers}, torch ${torch}, Python ${python}`
  return { status: 'available', detail }
}
