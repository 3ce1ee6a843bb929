import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Availability } from '../core/availability.ts'
import { AppError } from '../core/errors.ts'
import {
  dependsOnDocker,
  type RunnableBackend,
  type RunnerRequest,
  type RunnerSettings,
  resolveRunners,
} from './resolveRunners.ts'

const usable: Availability = { status: 'available', detail: 'Docker 28.2.2' }
const missing: Availability = {
  status: 'unavailable',
  reason: 'there is no docker command on the PATH',
  fix: 'Install Docker',
}

const vllm = { name: 'vllm', image: 'vllm/vllm-openai:v1' }
const server = { name: 'llama-server', image: 'ghcr.io/ggml-org/llama.cpp:server' }
const embedded = { name: 'llamacpp' }
const attached = { name: 'openai', attach: true } as const

interface Case {
  backends?: readonly RunnableBackend[]
  env?: RunnerRequest['env']
  study?: Partial<RunnerSettings>
  userConfig?: Partial<RunnerSettings>
  docker?: Availability
}

const requestOf = ({ backends = [vllm], env = {}, study, userConfig, docker }: Case) => ({
  backends,
  env,
  study: { runners: {}, images: {}, ...study },
  userConfig: { runners: {}, images: {}, ...userConfig },
  docker: docker ?? missing,
})

/** `mode source image imageSource` of every backend. */
function resolved(one: Case): Record<string, string> {
  const { specs } = resolveRunners(requestOf(one))
  return Object.fromEntries(
    [...specs].map(([backend, { mode, source, image }]) => [
      backend,
      [mode, source, ...(image === null ? [] : [image.name, image.source])].join(' '),
    ]),
  )
}

const table: readonly { says: string; when: Case; gives: Record<string, string> }[] = [
  {
    says: 'nobody chose and there is no Docker: local',
    when: {},
    gives: { vllm: 'local default' },
  },
  {
    says: 'nobody chose and Docker is usable: its own image',
    when: { docker: usable },
    gives: { vllm: 'docker detected vllm/vllm-openai:v1 default' },
  },
  {
    says: 'an embedded backend has no image to be detected for',
    when: { backends: [embedded], docker: usable },
    gives: { llamacpp: 'local default' },
  },
  {
    says: 'an embedded backend with an image somebody named goes where Docker is',
    when: { backends: [embedded], docker: usable, study: { images: { llamacpp: 'debian:12' } } },
    gives: { llamacpp: 'docker detected debian:12 study' },
  },
  {
    says: 'an embedded backend that was sent to docker gets a plain image',
    when: { backends: [embedded], study: { runners: { llamacpp: 'docker' } } },
    gives: { llamacpp: 'docker study node:20.18.1-bookworm-slim default' },
  },
  {
    says: 'the environment wins over the study',
    when: {
      env: { LLEM_RUNNER_VLLM: 'local' },
      study: { runners: { vllm: 'docker' } },
      docker: usable,
    },
    gives: { vllm: 'local env' },
  },
  {
    says: 'the study wins over the user',
    when: { study: { runners: { vllm: 'local' } }, userConfig: { runners: { vllm: 'docker' } } },
    gives: { vllm: 'local study' },
  },
  {
    says: 'the user wins over what is found',
    when: { userConfig: { runners: { vllm: 'local' } }, docker: usable },
    gives: { vllm: 'local user_config' },
  },
  {
    says: 'auto of the user is no choice',
    when: { userConfig: { runners: { vllm: 'auto' } }, docker: usable },
    gives: { vllm: 'docker detected vllm/vllm-openai:v1 default' },
  },
  {
    says: 'an empty variable is no choice',
    when: { env: { LLEM_RUNNER_VLLM: '', LLEM_IMAGE_VLLM: '' }, docker: usable },
    gives: { vllm: 'docker detected vllm/vllm-openai:v1 default' },
  },
  {
    says: 'dashes of a name are underscores in its variables',
    when: {
      backends: [server],
      env: { LLEM_RUNNER_LLAMA_SERVER: 'docker', LLEM_IMAGE_LLAMA_SERVER: 'mine:1' },
    },
    gives: { 'llama-server': 'docker env mine:1 env' },
  },
  {
    says: 'docker is respected though it cannot be used, for preflight to tell',
    when: { study: { runners: { vllm: 'docker' } } },
    gives: { vllm: 'docker study vllm/vllm-openai:v1 default' },
  },
  {
    says: 'an image of the environment wins over all others',
    when: {
      env: { LLEM_IMAGE_VLLM: 'env:1' },
      study: { runners: { vllm: 'docker:runner:1' }, images: { vllm: 'study:1' } },
      userConfig: { images: { vllm: 'user:1' } },
    },
    gives: { vllm: 'docker study env:1 env' },
  },
  {
    says: 'an image of the study wins over the one behind docker:',
    when: { study: { runners: { vllm: 'docker:runner:1' }, images: { vllm: 'study:1' } } },
    gives: { vllm: 'docker study study:1 study' },
  },
  {
    says: 'the image behind docker: wins over that of the user',
    when: {
      env: { LLEM_RUNNER_VLLM: 'docker:host:5000/runner@sha256:0a' },
      userConfig: { images: { vllm: 'user:1' } },
    },
    gives: { vllm: 'docker env host:5000/runner@sha256:0a runner' },
  },
  {
    says: 'the image of the user wins over that of the backend',
    when: { userConfig: { images: { vllm: 'user:1' } }, docker: usable },
    gives: { vllm: 'docker detected user:1 user_config' },
  },
  {
    says: 'a choice that lost brings no image',
    when: {
      env: { LLEM_RUNNER_VLLM: 'docker' },
      study: { runners: { vllm: 'docker:study:1' } },
    },
    gives: { vllm: 'docker env vllm/vllm-openai:v1 default' },
  },
  {
    says: 'several backends are elevated where nobody chose',
    when: { backends: [vllm, embedded], docker: usable },
    gives: {
      vllm: 'docker elevated vllm/vllm-openai:v1 default',
      llamacpp: 'docker elevated node:20.18.1-bookworm-slim default',
    },
  },
  {
    says: 'a choice is respected beside one that is elevated',
    when: {
      backends: [vllm, embedded],
      study: { runners: { llamacpp: 'local' } },
      docker: usable,
    },
    gives: { vllm: 'docker elevated vllm/vllm-openai:v1 default', llamacpp: 'local study' },
  },
  {
    says: 'several backends run locally when somebody chose that for each',
    when: {
      backends: [vllm, embedded],
      env: { LLEM_RUNNER_VLLM: 'local' },
      userConfig: { runners: { llamacpp: 'local' } },
    },
    gives: { vllm: 'local env', llamacpp: 'local user_config' },
  },
  {
    says: 'a server that somebody else runs elevates nobody and is not elevated',
    when: { backends: [vllm, attached], docker: usable },
    gives: { vllm: 'docker detected vllm/vllm-openai:v1 default', openai: 'local default' },
  },
  {
    says: 'beside a server that somebody else runs, two backends are still elevated',
    when: { backends: [vllm, attached, embedded], docker: usable },
    gives: {
      vllm: 'docker elevated vllm/vllm-openai:v1 default',
      openai: 'local default',
      llamacpp: 'docker elevated node:20.18.1-bookworm-slim default',
    },
  },
]

for (const { says, when, gives } of table) {
  test(`runner resolution: ${says}`, () => assert.deepEqual(resolved(when), gives))
}

test('several backends without Docker are refused unless every runner was chosen', () => {
  const backends = [vllm, embedded]
  const { problem } = resolveRunners(requestOf({ backends, study: { runners: { vllm: 'local' } } }))
  assert.ok(problem !== null)
  assert.equal(problem.code, 'PREFLIGHT_DOCKER_REQUIRED')
  assert.match(problem.message, /llamacpp.*there is no docker command on the PATH/)
  assert.doesNotMatch(problem.message, /vllm/)
  assert.match(problem.hint, /Install Docker.*runners: \{llamacpp: local\}/)
  const chosen = { vllm: 'local', llamacpp: 'local' }
  assert.equal(resolveRunners(requestOf({ backends, study: { runners: chosen } })).problem, null)
  assert.equal(resolveRunners(requestOf({ backends, docker: usable })).problem, null)
})

test('a runner that there is not is refused with the place where it was asked for', () => {
  const ask = (one: Case) => () => resolveRunners(requestOf(one))
  const refused = (where: string) => (thrown: unknown) =>
    thrown instanceof AppError && thrown.code === 'RUNNER_UNKNOWN' && thrown.message.includes(where)
  assert.throws(ask({ env: { LLEM_RUNNER_VLLM: 'dokcer' } }), refused('LLEM_RUNNER_VLLM'))
  assert.throws(ask({ env: { LLEM_RUNNER_VLLM: 'docker:' } }), refused('LLEM_RUNNER_VLLM'))
  assert.throws(ask({ study: { runners: { vllm: 'auto' } } }), refused('runners.vllm'))
})

test('nobody asks for Docker where nothing depends on it', () => {
  const depends = (one: Case): boolean => dependsOnDocker(requestOf(one))
  assert.equal(depends({ backends: [embedded] }), false)
  assert.equal(depends({ study: { runners: { vllm: 'docker' } } }), false)
  assert.equal(depends({ backends: [attached, embedded] }), false)
  assert.equal(depends({}), true)
  assert.equal(depends({ backends: [embedded, vllm], env: { LLEM_RUNNER_VLLM: 'local' } }), true)
})
