import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dockerSchema } from '../../config/dockerOptions.ts'
import { type ContainerPlan, createArguments } from './createArguments.ts'

const plan: ContainerPlan = {
  name: 'llem-001-c1-fake-0a1b2c3d',
  labels: { 'llem.study': 'compare', 'llem.pid': '7' },
  image: { name: 'some/image:1', id: 'sha256:0a' },
  argv: ['--import', '/llem/dist/worker/receiveEnvironment.js', '/llem/dist/worker/main.cjs', '/r'],
  mounts: [
    { source: '/usr/bin/node', target: '/llem/node', isWritable: false },
    { source: '/r', target: '/r', isWritable: true },
  ],
  volumes: [],
  workingDirectory: '/home/me',
  gpus: [],
  needsNetwork: false,
  env: {},
  user: { uid: 1000, gid: 100, groups: [100, 27] },
  engine: {
    isRootless: false,
    hasUserNamespaces: false,
    hasSelinux: false,
    hasNvidiaRuntime: false,
  },
  options: dockerSchema.parse({}),
}

const argumentsOf = (changes: Partial<ContainerPlan>): string =>
  createArguments({ ...plan, ...changes }).join(' ')

test('a container gets our program, the run directory, and nothing it was not asked to get', () => {
  assert.deepEqual(createArguments(plan), [
    'create',
    ...['--name', 'llem-001-c1-fake-0a1b2c3d'],
    ...['--label', 'llem.study=compare', '--label', 'llem.pid=7'],
    ...['--pull', 'never', '--restart', 'no', '--init', '--interactive'],
    ...['--entrypoint', '/llem/node', '--workdir', '/home/me'],
    ...['--log-driver', 'none', '--network', 'none'],
    ...['--security-opt', 'no-new-privileges'],
    ...['--mount', 'type=tmpfs,target=/llem-home,tmpfs-mode=1777'],
    ...['--env', 'HOME=/llem-home', '--env', 'USER=llem'],
    ...['--user', '1000:100', '--group-add', '27'],
    ...['--shm-size', '8589934592'],
    ...['--mount', 'type=bind,source=/usr/bin/node,target=/llem/node,readonly'],
    ...['--mount', 'type=bind,source=/r,target=/r'],
    'sha256:0a',
    ...plan.argv,
  ])
})

test('devices go by their ids, together with the library that tells their power', () => {
  const text = argumentsOf({ gpus: ['GPU-1a', 'GPU-2b'] })
  assert.match(
    text,
    /--gpus "device=GPU-1a,GPU-2b" --env NVIDIA_DRIVER_CAPABILITIES=compute,utility/,
  )
})

test('there is a network when something may have to be downloaded, or when the study says so', () => {
  const networkOf = (network: 'auto' | 'on' | 'off', needsNetwork: boolean) =>
    /--network (\w+)/.exec(
      argumentsOf({ needsNetwork, options: dockerSchema.parse({ network }) }),
    )?.[1]
  assert.equal(networkOf('auto', true), 'bridge')
  assert.equal(networkOf('auto', false), 'none')
  assert.equal(networkOf('on', false), 'bridge')
  assert.equal(networkOf('off', true), 'none')
})

test('a memory limit leaves no way into swap', () => {
  const text = argumentsOf({ options: dockerSchema.parse({ memory_gib: 1.5, shm_gib: 0.25 }) })
  assert.match(text, /--shm-size 268435456 --memory 1610612736 --memory-swap 1610612736/)
})

test('root of a rootless container is the user already', () => {
  const engine = { ...plan.engine, isRootless: true }
  assert.match(argumentsOf({ engine }), /--user 0:0 --shm-size/)
})

test('where root of a container is nobody, the user is asked for by the numbers of the host', () => {
  const engine = { ...plan.engine, hasUserNamespaces: true, hasSelinux: true }
  assert.match(argumentsOf({ engine }), /label=disable .*--userns host --user 1000:100/)
})

test('a comma or a quote in a path stays in the path', () => {
  const mounts = [{ source: '/a,b', target: '/c"d', isWritable: false }]
  assert.ok(
    createArguments({ ...plan, mounts }).includes(
      'type=bind,"source=/a,b","target=/c""d",readonly',
    ),
  )
})

test('a volume stands in for a folder that the daemon does not see', () => {
  const volumes = [
    { name: 'llem-program-1', target: '/llem', isWritable: false },
    { name: null, target: '/r', isWritable: true },
  ]
  const text = argumentsOf({ mounts: [], volumes })
  assert.match(text, /--mount type=volume,source=llem-program-1,target=\/llem,readonly/)
  assert.match(text, /--mount type=volume,target=\/r sha256/)
})
