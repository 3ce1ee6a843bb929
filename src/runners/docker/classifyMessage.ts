/**
 * What a message of the Docker daemon or its command line means. Pure; the words are those of Docker 20.10 to 29 and of
 * Podman. What a program in a container prints is never looked at.
 */

import { AppError } from '../../core/errors.ts'

export type DockerTask = 'look' | 'pull' | 'create' | 'start' | 'remove'

export type DockerError = AppError<
  | 'DOCKER_MISSING'
  | 'DOCKER_DAEMON'
  | 'DOCKER_PERMISSION'
  | 'DOCKER_IMAGE_PULL'
  | 'DOCKER_GPU_ACCESS'
  | 'DOCKER_RUNTIME_MOUNT'
  | 'DOCKER_OUT_OF_MEMORY'
  | 'DOCKER_CONTAINER'
  | 'INTERRUPTED'
>

export interface MessageContext {
  task: DockerTask
  image: string
}

export function classifyMessage(text: string, context: MessageContext): DockerError {
  const cause = causeOf(text)
  const row = rows.find(({ pattern }) => pattern.test(text))
  if (row !== undefined) return row.toError(cause, context)
  if (context.task === 'pull') return imagePull(cause, context)
  return new AppError('DOCKER_CONTAINER', { how: `Docker says: ${cause}` })
}

/** Whether the daemon does not see a path that is there: it runs on another machine, or in another container. */
export function isPathUnseen(text: string): boolean {
  return /bind source path does not exist|mounts denied|statfs .*: no such file/i.test(text)
}

interface Row {
  pattern: RegExp
  toError(cause: string, context: MessageContext): DockerError
}

const imagePull = (cause: string, { image }: MessageContext): DockerError =>
  new AppError('DOCKER_IMAGE_PULL', { image, cause })
const gpuAccess =
  (needs: 'toolkit' | 'driver' | 'device') =>
  (cause: string): DockerError =>
    new AppError('DOCKER_GPU_ACCESS', { cause, needs })
const runtimeMount =
  (fix: string) =>
  (cause: string, { image }: MessageContext): DockerError =>
    new AppError('DOCKER_RUNTIME_MOUNT', { image, cause, fix })

/** The first that fits: `permission denied` and `no such file` stand inside many other messages. */
const rows: readonly Row[] = [
  {
    pattern:
      /permission denied while trying to connect to the docker|dial unix \S+: connect: permission denied/i,
    toError: (cause) => new AppError('DOCKER_PERMISSION', { cause }),
  },
  {
    pattern:
      /cannot connect to the docker daemon|failed to connect to the docker api|is the docker daemon running|error during connect|error waiting for container: (?:unexpected )?EOF|cannot connect to podman|unable to connect to podman/i,
    toError: (cause) => new AppError('DOCKER_DAEMON', { cause }),
  },
  {
    pattern:
      /unsatisfied condition|driver not loaded|nvml error|driver rpc error|driver\/library version mismatch/i,
    toError: gpuAccess('driver'),
  },
  { pattern: /unknown device|unresolvable CDI device/i, toError: gpuAccess('device') },
  {
    pattern:
      /could not select device driver|nvidia-container-(?:cli|runtime|toolkit)|GPU vendor from CDI|runtime name: nvidia/i,
    toError: gpuAccess('toolkit'),
  },
  {
    pattern: /OOM-killed|memory limit too low/i,
    toError: () => new AppError('DOCKER_OUT_OF_MEMORY', { limitBytes: null }),
  },
  {
    pattern: /exec format error/i,
    toError: runtimeMount('Name an image made for the processor of this machine under images.'),
  },
  {
    pattern:
      /bind source path does not exist|invalid mount config|error mounting|creating mount source path|mounts denied|statfs /i,
    toError: runtimeMount(
      'Share this path with Docker (Docker Desktop: Settings, Resources, File sharing), or work in a folder that it sees.',
    ),
  },
  {
    pattern:
      /no such image|unable to find image|pull access denied|manifest.*(?:unknown|not found)|failed to resolve reference|no matching manifest|invalid reference format|toomanyrequests|unauthorized: |image not known/i,
    toError: imagePull,
  },
]

/** The line that says it, without what the command line puts around it. */
function causeOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !/^(?:time="|WARNING|See '|Run '|Unable to find image)/.test(line),
    )
  const line = lines.findLast((one) => /error|daemon|denied|cannot/i.test(one)) ?? lines.at(-1)
  return (line ?? 'it gave no reason').replace(
    /^(?:docker: )?(?:Error: |Error response from daemon: )+/,
    '',
  )
}
