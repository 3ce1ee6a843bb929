/** The only place that starts a program: its own session, limits of time and silence, and the whole tree gone at the end. */

import { randomUUID } from 'node:crypto'
import { execa } from 'execa'
import type { Clock } from './clock.ts'
import type { Environment } from './context.ts'
import { AppError, messageOf } from './errors.ts'
import { errorCodeOf } from './files.ts'
import { watchLimits } from './processLimits.ts'
import { readStreams } from './processStreams.ts'
import { inheritedMarks, processTree, signalProcess, treeVariable } from './processTree.ts'
import { within } from './within.ts'

export interface ProgramOptions {
  argv: readonly string[]
  /** The whole environment of the program, but for the mark of its tree; nothing is inherited. */
  env: Environment
  cwd?: string
  /** Wall-clock limit in milliseconds. */
  timeoutMs: number
  /** Longest time without a line on stdout, in milliseconds; null for no such limit. */
  silenceMs: number | null
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  graceMs?: number
  /** Called for every line of stdout. When it throws, the program is ended and `runProgram` throws the same. */
  onLine?(line: string): void
  /** Where stderr is kept. */
  logPath?: string
  /** Which lines of stdout are kept there too; absent: none. */
  isLogged?(line: string): boolean
  /** Descriptors of ours that the program holds too, as 3, 4, ...: locks that must last as long as it does. */
  heldFiles?: readonly number[]
  /** Gives the program a stdin that closes when this process dies, for `watchParent`. Absent: stdin is empty. */
  isTethered?: true
  /** What a tethered program finds on its stdin before the silence. */
  input?: string
  /** Called once it runs. */
  onStarted?(program: RunningProgram): void
  signal?: AbortSignal
  /** Cuts short the time between SIGTERM and SIGKILL. */
  killSignal?: AbortSignal
  clock: Clock
}

export interface RunningProgram {
  pid: number
  /** Adds to the stdin of a tethered program; of no effect once that is closed. */
  write(text: string): void
}

export interface ProgramExit {
  code: number | null
  signal: string | null
  /** Which limit ended it, or null when none did. */
  timedOut: 'wall-clock' | 'silence' | null
  /** True when it was ended because the caller's signal aborted. */
  wasAborted: boolean
  /** The last lines of stderr, at most 8192 characters. */
  stderrTail: string
}

/**
 * Runs a program to its end and resolves however it ended; rejects only when it could not be started or cannot be
 * ended. When it settles, nothing the program started is alive any more.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramExit> {
  const { clock, graceMs = 5000, signal, killSignal } = options
  if (signal?.aborted) return { ...notStarted }
  const mark = `/${randomUUID()}/`
  const child = startProgram(options, mark)
  const leaderPid = child.pid
  // A program that ends without reading breaks the pipe: its exit says what there is to say.
  child.stdin?.on('error', () => {})
  if (options.input !== undefined) child.stdin?.write(options.input)
  if (leaderPid === undefined) throw notStartable(options, (await child).cause)
  options.onStarted?.({ pid: leaderPid, write: (text) => void child.stdin?.write(text) })

  const limits = watchLimits(options)
  const streams = readStreams(child, { ...options, heard: limits.heard })
  // The end of the process, not of its streams: a grandchild that holds stdout open must be killed for those to end.
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, killedBy) => resolve({ code, signal: killedBy }))
  })
  const breach = await Promise.race([exited.then(() => null), limits.breached, streams.broken])
  limits.stop()
  const tree = processTree({ leaderPid, mark })
  if (breach !== null) {
    tree.look()
    signalProcess(-leaderPid, 'SIGTERM')
    await within(Promise.race([exited, abortOf(killSignal)]), graceMs, clock)
  }
  let stderrTail = ''
  try {
    await tree.kill(clock)
  } finally {
    stderrTail = await streams.end()
  }
  return {
    ...(await exited),
    timedOut: breach === 'wall-clock' || breach === 'silence' ? breach : null,
    wasAborted: breach === 'aborted',
    stderrTail,
  }
}

/** Resolves when the signal aborts, and never without one. */
function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

const notStarted: ProgramExit = {
  code: null,
  signal: null,
  timedOut: null,
  wasAborted: true,
  stderrTail: '',
}

function startProgram(
  { argv, env, cwd, isTethered, heldFiles = [] }: ProgramOptions,
  mark: string,
) {
  const [file = '', ...args] = argv
  return execa(file, args, {
    env: { ...env, [treeVariable]: `${inheritedMarks()}${mark}` },
    extendEnv: false,
    ...(cwd === undefined ? {} : { cwd }),
    // A session of its own: Ctrl-C reaches the host alone, and the session tells the members of the tree.
    detached: true,
    reject: false,
    buffer: false,
    stdio: [isTethered ? 'pipe' : 'ignore', 'pipe', 'pipe', ...heldFiles.filter(isDescriptor)],
    encoding: 'buffer',
  })
}

/** The types of execa know descriptors of one digit; it hands on any. */
const isDescriptor = (fd: number): fd is 3 => Number.isInteger(fd)

function notStartable({ argv: [program = ''], cwd }: ProgramOptions, cause: unknown): AppError {
  const place = cwd === undefined ? '' : ` in ${cwd}`
  const told: Record<string, string> = {
    ENOENT: `there is no such program${cwd === undefined ? '' : ' or directory'}`,
    EACCES: 'it may not be executed',
  }
  return new AppError(
    'PROGRAM_NOT_STARTED',
    {
      program: `"${program}"${place}`,
      cause: told[errorCodeOf(cause) ?? ''] ?? messageOf(cause),
    },
    { cause },
  )
}
