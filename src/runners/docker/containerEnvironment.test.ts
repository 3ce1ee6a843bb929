import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containerEnvironment } from './containerEnvironment.ts'

test('a container gets what the job was given, and its image keeps what is its own', () => {
  const { startEnvironment, workerEnvironment } = containerEnvironment({
    PATH: '/usr/bin',
    HOME: '/home/me',
    LD_LIBRARY_PATH: '/opt/cuda',
    CUDA_VISIBLE_DEVICES: '1',
    HF_TOKEN: 'hf_secret',
    OMP_NUM_THREADS: '2',
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
    UNSET: undefined,
  })
  assert.deepEqual(workerEnvironment, { HF_TOKEN: 'hf_secret', OMP_NUM_THREADS: '2' })
  assert.deepEqual(startEnvironment, { NODE_EXTRA_CA_CERTS: '/etc/ca.pem' })
})
