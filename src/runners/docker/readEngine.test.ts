import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeArchitectureOf, parseEngine } from './readEngine.ts'

const version = JSON.stringify({
  Client: { Version: '28.2.2' },
  Server: {
    Version: '20.10.24+dfsg1',
    Components: [
      { Name: 'Engine', Version: '20.10.24+dfsg1' },
      { Name: 'runc', Version: '1.1.5+ds1' },
    ],
  },
})

const plain = {
  version: '20.10.24+dfsg1',
  runtime: 'runc 1.1.5+ds1',
  architecture: 'x64',
  isRootless: false,
  hasUserNamespaces: false,
  hasSelinux: false,
  hasNvidiaRuntime: false,
}

test('an engine is known by its version and that of its runtime', () => {
  const info = {
    Architecture: 'x86_64',
    DefaultRuntime: 'runc',
    Runtimes: { runc: { path: 'runc' } },
    SecurityOptions: ['name=seccomp,profile=default'],
  }
  assert.deepEqual(parseEngine(version, JSON.stringify(info)), plain)
})

test('what changes how containers are started is read from its options', () => {
  const info = {
    Architecture: 'aarch64',
    DefaultRuntime: 'nvidia',
    Runtimes: { runc: {}, nvidia: {} },
    SecurityOptions: ['name=rootless', 'name=userns', 'name=selinux'],
  }
  assert.deepEqual(parseEngine(version, JSON.stringify(info)), {
    ...plain,
    runtime: null,
    architecture: 'arm64',
    isRootless: true,
    hasUserNamespaces: true,
    hasSelinux: true,
    hasNvidiaRuntime: true,
  })
})

test('Podman answers in its own words', () => {
  const podman = JSON.stringify({ Client: {}, Server: { Version: '4.9.3', Components: null } })
  const info = { host: { arch: 'amd64', security: { rootless: true } }, version: {} }
  const found = parseEngine(podman, JSON.stringify(info))
  assert.deepEqual(found, { ...plain, version: '4.9.3', runtime: null, isRootless: true })
})

test('an architecture has one spelling', () => {
  assert.deepEqual(['x86_64', 'amd64', 'aarch64', 'arm64', 'riscv64'].map(nodeArchitectureOf), [
    'x64',
    'x64',
    'arm64',
    'arm64',
    'riscv64',
  ])
})
