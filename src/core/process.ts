/** The only place that starts a program: its own process group, limits of time and silence, and the whole tree gone at the end. */

import { createWriteStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import type { Clock } from './clock.ts'
import type { Environment } from './context.ts'
import { lineSplitter } from './ndjson.ts'

export interface ProgramOptions {
  argv: readonly string[]
  /** The whole environment of the program; nothing is inherited. */
  env: Environment
  cwd?: string
  /** Wall-clock limit in milliseconds. */
  timeoutMs: number
  /** Longest time without a line on stdout, in milliseconds; null for no such limit. */
  silenceMs: number | null
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  graceMs?: number
  /** Called for every line of stdout. */
  onLine?(line: string): void
  /** Where stderr is kept, and stdout lines that `onLine` does not claim are not. */
  logPath?: string
  signal?: AbortSignal
  clock: Clock
}

export interface ProgramExit {
  code: number | null
  signal: string | null
  /** Which limit ended it, or null when none did. */
  timedOut: 'wall-clock' | 'silence' | null
  /** True when it was ended because the caller's signal aborted. */
  wasAborted: boolean
  /** The last lines of stderr, at most 8 KiB. */
  stderrTail: string
}

/**
 * Descendants carry this variable, so they are found even after they left the group or lost their parent.
 * A program started by one of ours adds its own mark behind those it inherited: `/outer//inner/`.
 */
const treeVariable = 'LLEM_PROCESS_TREE'
const tailLength = 8192
/** A log that grows beyond this was written by a program in a loop; its beginning and `stderrTail` say enough. */
const longestLogBytes = 64 * 1024 ** 2

/**
 * Runs a program to its end and resolves however it ended; rejects only when it could not be started.
 * When it ends or is ended, nothing it started is alive any more.
 */
export async function runProgram(options: ProgramOptions): Promise<ProgramExit> {
  const { argv, env, cwd, clock, graceMs = 5000, signal } = options
  const [file = '', ...args] = argv
  const treeId = `/${process.pid}-${clock.nowMs()}/`
  const child = execa(file, args, {
    env: { ...env, [treeVariable]: `${env[treeVariable] ?? ''}${treeId}` },
    extendEnv: false,
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    encoding: 'buffer',
  })
  const pid = child.pid
  if (pid === undefined) throw (await child).cause ?? new Error(`cannot start ${file}`)

  const limits = watchLimits(options)
  const streams = readStreams(child, options, limits.heard)
  // `exit`, not the end of its streams: a grandchild that holds stdout open must be killed for them to end.
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, killedBy) => resolve({ code, signal: killedBy }))
  })
  const verdict = await Promise.race([exited.then(() => null), limits.breached])
  if (verdict !== null) await endTree({ pid, treeId, graceMs, clock, exited })
  const exit = await exited
  limits.stop()
  await killTree(pid, treeId)
  return {
    ...exit,
    timedOut: verdict === 'aborted' ? null : verdict,
    wasAborted: signal?.aborted === true && verdict === 'aborted',
    stderrTail: await streams.end(),
  }
}

/** Watches the wall clock, the silence and the caller's signal; `breached` resolves with the first that ran out. */
function watchLimits({ timeoutMs, silenceMs, signal, clock }: ProgramOptions) {
  const stopped = new AbortController()
  let lastHeardMs = clock.nowMs()
  const breached = new Promise<'wall-clock' | 'silence' | 'aborted'>((resolve) => {
    // A sleep that is ended because the program exited first has nothing to say.
    const ignore = (): void => {}
    clock.sleep(timeoutMs, stopped.signal).then(() => resolve('wall-clock'), ignore)
    const watchSilence = async (limitMs: number): Promise<void> => {
      for (;;) {
        const restMs = lastHeardMs + limitMs - clock.nowMs()
        if (restMs <= 0) return resolve('silence')
        await clock.sleep(restMs, stopped.signal)
      }
    }
    if (silenceMs !== null) watchSilence(silenceMs).catch(ignore)
    if (signal?.aborted) resolve('aborted')
    signal?.addEventListener('abort', () => resolve('aborted'), {
      once: true,
      signal: stopped.signal,
    })
  })
  return {
    breached,
    heard: () => {
      lastHeardMs = clock.nowMs()
    },
    stop: () => stopped.abort(),
  }
}

interface Streams {
  stdout: AsyncIterable<unknown> | null
  stderr: AsyncIterable<unknown> | null
}

/** Hands stdout on line by line, keeps stderr in the log file and its end in memory. */
function readStreams(
  { stdout, stderr }: Streams,
  { onLine, logPath }: ProgramOptions,
  heard: () => void,
) {
  const log = logPath === undefined ? null : createWriteStream(logPath, { flags: 'a' })
  // A log that cannot be written (full disk) must not end the program it is about.
  log?.on('error', () => {})
  const lines = lineSplitter((line) => {
    heard()
    onLine?.(line)
  })
  const tail = new TextDecoder()
  let stderrTail = ''
  let loggedBytes = 0
  const readOut = async (): Promise<void> => {
    for await (const chunk of stdout ?? []) if (chunk instanceof Uint8Array) lines.write(chunk)
    lines.end()
  }
  const readErr = async (): Promise<void> => {
    for await (const chunk of stderr ?? []) {
      if (!(chunk instanceof Uint8Array)) continue
      stderrTail = (stderrTail + tail.decode(chunk, { stream: true })).slice(-tailLength)
      loggedBytes += chunk.length
      if (loggedBytes <= longestLogBytes) log?.write(chunk)
    }
  }
  // A stream that breaks because its program was killed ends there; the exit says why.
  const done = Promise.all([readOut().catch(() => {}), readErr().catch(() => {})])
  return {
    async end(): Promise<string> {
      await done
      await new Promise<void>((resolve) => (log === null ? resolve() : log.end(() => resolve())))
      return stderrTail
    },
  }
}

interface Tree {
  pid: number
  treeId: string
  graceMs: number
  clock: Clock
  exited: Promise<unknown>
}

/** SIGTERM to the group, a time of grace, then SIGKILL to everything that is left of the tree. */
async function endTree({ pid, treeId, graceMs, clock, exited }: Tree): Promise<void> {
  signalGroup(pid, 'SIGTERM')
  const graceOver = new AbortController()
  await Promise.race([exited, clock.sleep(graceMs, graceOver.signal).catch(() => {})])
  graceOver.abort()
  await killTree(pid, treeId)
}

/** Kills the group and every process that carries the tree's mark, until a look round finds none. */
async function killTree(pid: number, treeId: string): Promise<void> {
  signalGroup(pid, 'SIGKILL')
  for (let round = 0; round < 10; round++) {
    const left = await findTree(treeId)
    if (left.length === 0) return
    for (const member of left) signalProcess(member, 'SIGKILL')
  }
}

/** Process ids that carry the tree's mark in their environment. Linux only; elsewhere the group is all we can reach. */
async function findTree(treeId: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // A process that is gone, a zombie or someone else's has no environment to read.
        const text = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
        const marks = text.split('\0').find((entry) => entry.startsWith(`${treeVariable}=`))
        return marks?.includes(treeId) ? Number(name) : null
      }),
  )
  return found.filter((pid) => pid !== null)
}

const signalGroup = (pid: number, signal: NodeJS.Signals): void => signalProcess(-pid, signal)

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: it is already gone, which is what was wanted.
  }
}
