/** Asks the Docker command line something and takes no for an answer: what went wrong comes back as an error of ours. */

import type { Clock } from '../../core/clock.ts'
import type { Environment } from '../../core/context.ts'
import { AppError } from '../../core/errors.ts'
import { errorCodeOf } from '../../core/files.ts'
import { runProgram } from '../../core/process.ts'
import { formatDuration } from '../../core/units.ts'
import { classifyMessage, type DockerError, type DockerTask } from './classifyMessage.ts'

export interface DockerWorld {
  /** Environment of the host. */
  env: Environment
  clock: Clock
  /** Ends the question; what was asked for may have been done all the same. */
  signal?: AbortSignal
}

export type DockerAnswer = { ok: true; stdout: string } | { ok: false; error: DockerError }

export interface DockerQuestion {
  args: readonly string[]
  task: DockerTask
  /** Of the question, for the wording of an error. */
  image?: string
  timeoutMs?: number
  onLine?(line: string): void
}

/** A daemon that needs longer than this for anything but a pull is not fit to run experiments. */
const patienceMs = 60_000

export async function askDocker(
  { args, task, image = 'the image', timeoutMs = patienceMs, onLine }: DockerQuestion,
  { env, clock, signal }: DockerWorld,
): Promise<DockerAnswer> {
  const lines: string[] = []
  const no = (error: DockerError): DockerAnswer => ({ ok: false, error })
  try {
    const exit = await runProgram({
      argv: ['docker', ...args],
      env: dockerEnvironment(env),
      timeoutMs,
      silenceMs: null,
      onLine: onLine ?? ((line) => void lines.push(line)),
      clock,
      ...(signal === undefined ? {} : { signal }),
    })
    if (exit.timedOut !== null) {
      return no(
        new AppError('DOCKER_DAEMON', { cause: `no answer in ${formatDuration(timeoutMs)}` }),
      )
    }
    if (exit.wasAborted) return no(new AppError('INTERRUPTED', { doing: 'talking to Docker' }))
    if (exit.code === 0) return { ok: true, stdout: lines.join('\n') }
    return no(classifyMessage(exit.stderrTail, { task, image }))
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'PROGRAM_NOT_STARTED') throw thrown
    if (errorCodeOf(thrown.cause) === 'ENOENT') return no(new AppError('DOCKER_MISSING', {}))
    return no(new AppError('DOCKER_PERMISSION', { cause: thrown.message }))
  }
}

/** What the command line itself reads: where the daemon is, who we are there, and its plug-ins for both. */
export function dockerEnvironment(env: Environment): Environment {
  const names = ['PATH', 'HOME', 'USER', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'SSH_AUTH_SOCK']
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => names.includes(name) || /^(?:DOCKER|PODMAN|CONTAINERS?)_|_proxy$/i.test(name),
    ),
  )
}
