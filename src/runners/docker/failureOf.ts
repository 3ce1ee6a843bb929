/** Why a container has no result, from how it ended. Pure. The worker's own words come first unless the cause is outside of it. */

import { AppError } from '../../core/errors.ts'
import type { ProgramExit } from '../../core/process.ts'
import { classifyMessage } from './classifyMessage.ts'
import type { ContainerState } from './containerState.ts'

export interface ContainerEnd {
  /** Null when the daemon could not be asked any more. */
  state: ContainerState | null
  /** Why it could not; null when it could. */
  daemonError: AppError | null
  /** How the command that was attached to the container ended. */
  attached: Pick<ProgramExit, 'timedOut' | 'wasAborted' | 'stderrTail'>
  /** Code of the failure that the worker told of; null when it told of none. */
  workerCode: string | null
  limits: { timeoutMs: number; silenceMs: number; memoryBytes: number | null }
  image: string
}

/** Null when there is nothing to say beyond what the worker said, or it ended well. */
export function failureOf(end: ContainerEnd): AppError | null {
  const { state, daemonError, attached, workerCode, limits, image } = end
  if (attached.timedOut === 'wall-clock') {
    return new AppError('DOCKER_TIMEOUT', { afterMs: limits.timeoutMs })
  }
  if (attached.timedOut === 'silence') {
    return new AppError('DOCKER_SILENT', { afterMs: limits.silenceMs })
  }
  if (attached.wasAborted) return null
  if (state === null) return daemonError
  if (state.isOutOfMemory) {
    return new AppError('DOCKER_OUT_OF_MEMORY', { limitBytes: limits.memoryBytes })
  }
  if (!state.isStarted) {
    // Nothing of ours ran, so stderr holds the words of the command line alone.
    return classifyMessage(state.error || attached.stderrTail, { task: 'start', image })
  }
  return failureOfStarted(state, workerCode, image)
}

/** Nobody of ours stopped it: somebody else did, or it ended by itself. */
function failureOfStarted(
  { exitCode, error }: ContainerState,
  workerCode: string | null,
  image: string,
): AppError | null {
  if (exitCode === 0) return null
  if (workerCode === 'INTERRUPTED' || isSignal(exitCode, 15) || isSignal(exitCode, 2)) {
    return new AppError('DOCKER_CONTAINER', {
      how: 'it was stopped from outside (`docker stop`, or the daemon was shut down)',
    })
  }
  if (workerCode !== null) return null
  // 126 and 127 are what a program gets that cannot be executed, or whose libraries are not there.
  if (exitCode === 126 || exitCode === 127) return notExecutable(image)
  if (isSignal(exitCode, 9)) {
    return new AppError('DOCKER_CONTAINER', {
      how: 'it was killed (SIGKILL): by somebody, by itself, or by a machine without memory',
    })
  }
  if (error !== '') return classifyMessage(error, { task: 'start', image })
  const how = exitCode > 128 ? `signal ${exitCode - 128}` : `exit code ${exitCode}`
  return new AppError('DOCKER_CONTAINER', { how })
}

function notExecutable(image: string): AppError {
  return new AppError('DOCKER_RUNTIME_MOUNT', {
    image,
    cause: 'it has no C library that our Node can use (glibc), or no libstdc++',
    fix: 'Name an image under images that is based on Debian, Ubuntu, Fedora or another Linux with glibc and libstdc++; Alpine is not.',
  })
}

/** Shells and init processes report a death by signal this way. */
const isSignal = (exitCode: number, signal: number): boolean => exitCode === 128 + signal
