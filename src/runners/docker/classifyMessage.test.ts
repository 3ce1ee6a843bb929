import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyMessage, type DockerTask, isPathUnseen } from './classifyMessage.ts'

interface Said {
  /** Which version said it. */
  by: string
  task?: DockerTask
  text: string
}

/** What Docker and Podman really say, by what it means to us. */
const messages: Record<string, readonly Said[]> = {
  DOCKER_PERMISSION: [
    {
      by: 'Docker 19.03',
      text: 'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get http://%2Fvar%2Frun%2Fdocker.sock/v1.40/version: dial unix /var/run/docker.sock: connect: permission denied',
    },
    {
      by: 'Docker 20.10',
      text: 'WARNING: Error loading config file: /home/user/.docker/config.json: open /home/user/.docker/config.json: permission denied\npermission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/create": dial unix /var/run/docker.sock: connect: permission denied',
    },
    {
      by: 'Docker 29',
      text: 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock',
    },
  ],
  DOCKER_DAEMON: [
    {
      by: 'Docker 20.10',
      text: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    },
    {
      by: 'Docker 29',
      text: 'failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory',
    },
    {
      by: 'Docker 20.10 through ssh',
      text: 'error during connect: Get "http://docker.example.com/v1.24/containers/json": command [ssh -l me host -- docker system dial-stdio] has exited with exit status 255',
    },
    {
      by: 'Docker 28 while the daemon goes away',
      task: 'start',
      text: 'error waiting for container: unexpected EOF',
    },
    {
      by: 'Podman 4',
      text: 'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`',
    },
  ],
  DOCKER_GPU_ACCESS: [
    {
      by: 'Docker 20.10',
      task: 'start',
      text: 'time="2026-01-01T00:00:00Z" level=error msg="error waiting for container: context canceled"\nError response from daemon: could not select device driver "" with capabilities: [[gpu]]',
    },
    {
      by: 'Docker 28, docker run',
      task: 'start',
      text: `docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]]\n\nRun 'docker run --help' for more information`,
    },
    {
      by: 'Docker 29',
      task: 'start',
      text: 'Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found',
    },
    {
      by: 'Docker 19.03 with an old driver',
      task: 'start',
      text: 'OCI runtime create failed: container_linux.go:349: starting container process caused "process_linux.go:449: container init caused \\"process_linux.go:432: running prestart hook 1 caused \\\\\\"error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: requirement error: unsatisfied condition: cuda>=10.2, please update your driver to a newer version, or use an earlier cuda container\\\\\\"\\"": unknown',
    },
    {
      by: 'Docker 24 without a loaded driver',
      task: 'start',
      text: "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: driver not loaded: unknown",
    },
    {
      by: 'Docker 24 with a device that is not there',
      task: 'start',
      text: "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: device error: GPU-1a: unknown device: unknown",
    },
  ],
  DOCKER_IMAGE_PULL: [
    {
      by: 'Docker 20.10 and 28',
      task: 'create',
      text: 'Error response from daemon: No such image: nosuch/image:1',
    },
    {
      by: 'Docker 20.10 and 28 without a network',
      task: 'pull',
      text: 'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host',
    },
    {
      by: 'Docker 20.10',
      task: 'pull',
      text: "Error response from daemon: pull access denied for nosuch/image, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    },
    {
      by: 'Docker 24',
      task: 'pull',
      text: 'Error response from daemon: manifest for vllm/vllm-openai:v9 not found: manifest unknown: manifest unknown',
    },
    {
      by: 'Docker 29 with the image store of containerd',
      task: 'pull',
      text: 'Error response from daemon: failed to resolve reference "docker.io/vllm/vllm-openai:v9": docker.io/vllm/vllm-openai:v9: not found',
    },
    {
      by: 'Podman 4',
      task: 'create',
      text: 'Error: nosuch/image:1: image not known',
    },
  ],
  DOCKER_RUNTIME_MOUNT: [
    {
      by: 'Docker 20.10 and 28',
      task: 'create',
      text: 'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /home/me/results',
    },
    {
      by: 'Docker Desktop',
      task: 'start',
      text: 'Error response from daemon: Mounts denied: \nThe path /work is not shared from the host and is not known to Docker.',
    },
    {
      by: 'Docker 24 with an image for another processor',
      task: 'start',
      text: 'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec /llem/node: exec format error: unknown',
    },
    {
      by: 'Podman 4',
      task: 'create',
      text: 'Error: statfs /home/me/results: no such file or directory',
    },
  ],
  DOCKER_OUT_OF_MEMORY: [
    {
      by: 'Docker 24',
      task: 'start',
      text: 'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown',
    },
    {
      by: 'Docker 28',
      task: 'start',
      text: 'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: container init was OOM-killed (memory limit too low?)',
    },
  ],
  DOCKER_CONTAINER: [
    {
      by: 'Docker 20.10 and 28',
      task: 'create',
      text: 'Error response from daemon: Minimum memory limit allowed is 6MB',
    },
    {
      by: 'Docker 20.10 and 28',
      task: 'start',
      text: 'Error response from daemon: network nosuchnet not found',
    },
    { by: 'a daemon that is lost for words', task: 'start', text: '' },
  ],
}

for (const [code, said] of Object.entries(messages)) {
  for (const { by, task = 'look', text } of said) {
    test(`${code} is what ${by} says with "${text.slice(-40)}" (${task})`, () => {
      const error = classifyMessage(text, { task, image: 'some/image:1' })
      assert.equal(error.code, code)
      assert.doesNotMatch(error.message, /Error response from daemon|^docker: |\n/)
    })
  }
}

test('what to do about GPUs depends on what is missing', () => {
  const hintOf = (text: string): string =>
    classifyMessage(text, { task: 'start', image: 'some/image:1' }).hint
  assert.match(hintOf('could not select device driver'), /nvidia-ctk runtime configure/)
  assert.match(hintOf('unsatisfied condition: cuda>=12.8'), /Update the NVIDIA driver/)
  assert.match(hintOf('device error: GPU-1a: unknown device'), /nvidia-smi -L/)
})

test('a path that the daemon does not see is told from one that it will not mount', () => {
  assert.ok(isPathUnseen('bind source path does not exist: /home/me'))
  assert.ok(!isPathUnseen('invalid mount config for type "bind": field Source must not be empty'))
})
