/** The rows of the catalogue about containers: what keeps Docker from being used, and how containers fail. */

import { environment, failure } from './errorRow.ts'
import { formatBytes, formatDuration } from './units.ts'

const installDocker = 'Install Docker: https://docs.docker.com/engine/install/'
const installToolkit =
  'Install the NVIDIA Container Toolkit: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'

const gpuFixes = {
  toolkit: `${installToolkit}, then \`sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker\`.`,
  driver:
    'Update the NVIDIA driver of this machine (`nvidia-smi` shows it), or name an image made for an older CUDA under images.',
  device: '`nvidia-smi -L` lists the devices there are; CUDA_VISIBLE_DEVICES says which are used.',
} as const

export const dockerErrors = {
  PREFLIGHT_DOCKER_REQUIRED: environment<{
    backends: readonly string[]
    reason: string
    fix: string | null
  }>(
    (d) =>
      `nobody chose where ${d.backends.join(', ')} run: a study of several backends runs them in containers, since their environments may exclude each other, and Docker cannot be used here: ${d.reason}`,
    (d) =>
      `${d.fix ?? `${installDocker}. With an NVIDIA GPU: ${installToolkit}.`} Or run them as processes of this machine: runners: {${d.backends.map((name) => `${name}: local`).join(', ')}}`,
  ),
  PREFLIGHT_FAILED: environment<{ problems: readonly { message: string; hint: string }[] }>(
    (d) =>
      [
        `the study cannot run here, for ${d.problems.length} reasons:`,
        ...d.problems.map(({ message, hint }) => `  ${message}\n    ${hint}`),
      ].join('\n'),
    () => 'Nothing was run. Mend what is named above; `llem doctor` shows what works here.',
  ),
  DOCKER_MISSING: environment<Record<string, never>>(
    () => 'there is no docker command on the PATH',
    () => installDocker,
  ),
  DOCKER_DAEMON: environment<{ cause: string }>(
    (d) => `the Docker daemon does not answer: ${d.cause}`,
    () =>
      'Start it: `sudo systemctl start docker` (rootless: `systemctl --user start docker`). `docker context ls` shows where it is expected.',
  ),
  DOCKER_PERMISSION: environment<{ cause: string }>(
    (d) => `this user may not talk to the Docker daemon: ${d.cause}`,
    () =>
      'Join the group that may: `sudo usermod -aG docker "$USER"`, then log in again. Its members have the rights of root; rootless Docker is the careful way.',
  ),
  DOCKER_IMAGE_PULL: environment<{ image: string; cause: string }>(
    (d) => `cannot get the image ${d.image}: ${d.cause}`,
    (d) =>
      `Check its name and the network; a private registry wants \`docker login\`. Try \`docker pull ${d.image}\`, or name another image under images.`,
  ),
  DOCKER_GPU_ACCESS: environment<{ cause: string; needs: 'toolkit' | 'driver' | 'device' }>(
    (d) => `the container cannot use the GPUs: ${d.cause}`,
    ({ needs }) => gpuFixes[needs],
  ),
  DOCKER_RUNTIME_MOUNT: environment<{ image: string; cause: string; fix: string }>(
    (d) => `our Node cannot run in ${d.image}: ${d.cause}`,
    (d) => d.fix,
  ),
  DOCKER_OUT_OF_MEMORY: failure<{ limitBytes: number | null }>(
    (d) =>
      `the system killed the container for lack of memory${d.limitBytes === null ? '' : ` (its limit is ${formatBytes(d.limitBytes)})`}`,
    (d) =>
      d.limitBytes === null
        ? 'Choose a smaller model, precision or context, or give the machine more memory.'
        : 'Raise docker.memory_gib, or choose a smaller model, precision or context.',
  ),
  DOCKER_TIMEOUT: failure<{ afterMs: number }>(
    (d) => `the container did not end within ${formatDuration(d.afterMs)} and was killed`,
    () => 'Raise execution.experiment_timeout_seconds, or lower n or max_output_tokens.',
  ),
  DOCKER_SILENT: failure<{ afterMs: number }>(
    (d) => `the container said nothing for ${formatDuration(d.afterMs)} and was killed`,
    () =>
      'Read worker.log and backend.log in the run directory; raise execution.silence_timeout_seconds if it was only slow.',
  ),
  DOCKER_STUCK: environment<{ container: string; cause: string }>(
    (d) =>
      `the container ${d.container} could not be ended, and would share the machine with the next measurement: ${d.cause}`,
    (d) =>
      `Look at it with \`docker inspect ${d.container}\`, remove it with \`docker rm -f ${d.container}\`. One that hangs in a driver ends with a reset of the device or a reboot.`,
  ),
  DOCKER_CONTAINER: failure<{ how: string }>(
    (d) => `the container has no result: ${d.how}`,
    () => 'Read worker.log and backend.log in the run directory.',
  ),
} as const
