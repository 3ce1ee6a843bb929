/** One container from its creation to its end: created, started with us attached, looked at, removed and seen to be gone. */

import { constants } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { workerEventSchema } from '../../core/events.ts'
import { decodeLine, encodeLine } from '../../core/ndjson.ts'
import { type ProgramExit, runProgram } from '../../core/process.ts'
import type { Job, JobExit, JobIo } from '../runner.ts'
import { type ContainerState, readContainerState } from './containerState.ts'
import type { ContainerPlan } from './createArguments.ts'
import { createContainer } from './createContainer.ts'
import { askDocker, type DockerWorld, dockerEnvironment } from './dockerCommand.ts'
import { failureOf } from './failureOf.ts'
import { neverRan } from './neverRan.ts'
import type { OurProgram } from './ourProgram.ts'
import { removeContainer } from './removeContainer.ts'

export interface ContainerRun {
  job: Job
  io: JobIo
  plan: ContainerPlan
  program: OurProgram
  memoryBytes: number | null
  /** The environment of the worker in the container with this id. */
  environmentOf(containerId: string): Record<string, string>
}

/** Throws `DOCKER_STUCK` for a container that outlives being killed. */
export async function runContainer(run: ContainerRun): Promise<JobExit> {
  const { plan, io } = run
  // What ends the job must not keep us from cleaning up behind it.
  const world: DockerWorld = { env: io.env, clock: io.clock }
  try {
    const created = await createContainer(run, { ...world, signal: io.signal })
    if (created instanceof AppError) return neverRan(created)
    const { attached, workerCode } = await attach(run, created.id)
    const found = await settledState(plan.name, world)
    await created.collect(world)
    return exitOf(run, attached, workerCode, found)
  } finally {
    await removeContainer(plan.name, world)
  }
}

/** Starts the container and stays until it has ended, or a limit or the caller ended us. */
async function attach({ job, io, plan, environmentOf }: ContainerRun, containerId: string) {
  let workerCode: string | null = null
  let isEvent = false
  const attached = await runProgram({
    argv: ['docker', 'start', '--attach', '--interactive', plan.name],
    env: dockerEnvironment(io.env),
    timeoutMs: job.timeoutMs,
    silenceMs: job.silenceMs,
    isTethered: true,
    input: encodeLine(environmentOf(containerId)),
    logPath: join(job.dir, 'worker.log'),
    onLine(line) {
      const event = decodeLine(line, workerEventSchema)
      isEvent = event !== null
      if (event?.type === 'failed') workerCode = event.failure.code
      io.onLine(line)
    },
    isLogged: () => !isEvent,
    signal: io.signal,
    ...(io.killSignal === undefined ? {} : { killSignal: io.killSignal }),
    ...(job.heldFiles === undefined ? {} : { heldFiles: job.heldFiles }),
    clock: io.clock,
  })
  return { attached, workerCode }
}

/** The state after the end. A container that lost us (a limit ended the command that held it) is killed first. */
async function settledState(name: string, world: DockerWorld): Promise<ContainerState | AppError> {
  const state = await readContainerState(name, world)
  if (state instanceof AppError || !state.isRunning) return state
  await askDocker({ args: ['kill', name], task: 'remove' }, world)
  return readContainerState(name, world)
}

function exitOf(
  { job, plan, memoryBytes }: ContainerRun,
  attached: ProgramExit,
  workerCode: string | null,
  found: ContainerState | AppError,
): JobExit {
  const state = found instanceof AppError ? null : found
  const failure = failureOf({
    state,
    daemonError: found instanceof AppError ? found : null,
    attached,
    workerCode,
    limits: { timeoutMs: job.timeoutMs, silenceMs: job.silenceMs, memoryBytes },
    image: plan.image.name,
  })
  const { timedOut, wasAborted, stderrTail } = attached
  const signal = state === null ? null : signalOf(state.exitCode)
  return {
    code: state === null || !state.isStarted || signal !== null ? null : state.exitCode,
    signal,
    timedOut,
    wasAborted,
    outOfMemory: state?.isOutOfMemory === true ? true : null,
    failure,
    stderrTail,
  }
}

/** Init processes report a death by signal as 128 and its number. */
function signalOf(exitCode: number): string | null {
  const found = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)
  return found === undefined ? null : found[0]
}
