import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImage } from './inspectImage.ts'
import { noteLayer } from './pullImage.ts'

const image = {
  Id: 'sha256:0a',
  RepoDigests: ['mirror.example.com/vllm@sha256:01', 'vllm/vllm-openai@sha256:02'],
  Architecture: 'amd64',
  Os: 'linux',
  Size: 1024,
}

test('an image is known by the digest of the name it was asked by', () => {
  const { id, digest, architecture } = parseImage(JSON.stringify(image), 'vllm/vllm-openai:v1')
  assert.deepEqual([id, digest, architecture], ['sha256:0a', 'vllm/vllm-openai@sha256:02', 'x64'])
  const byDigest = parseImage(JSON.stringify(image), 'vllm/vllm-openai@sha256:02')
  assert.equal(byDigest.digest, 'vllm/vllm-openai@sha256:02')
  const fromPort = { ...image, RepoDigests: ['host:5000/a@sha256:03'] }
  assert.equal(parseImage(JSON.stringify(fromPort), 'host:5000/a').digest, 'host:5000/a@sha256:03')
})

test('an image that was made here has no digest', () => {
  assert.equal(parseImage(JSON.stringify({ ...image, RepoDigests: [] }), 'mine').digest, null)
  assert.equal(parseImage(JSON.stringify({ ...image, Id: '0a' }), 'mine').id, 'sha256:0a')
})

test('a pull is followed by its layers', () => {
  const layers = new Map<string, boolean>()
  const told = [
    'v1: Pulling from vllm/vllm-openai',
    '0a1b2c3d4e5f: Already exists',
    '1a1b2c3d4e5f: Pulling fs layer',
    '1a1b2c3d4e5f: Verifying Checksum',
    '1a1b2c3d4e5f: Download complete',
    '1a1b2c3d4e5f: Pull complete',
    'Digest: sha256:0123456789abcdef',
  ].map((line) => noteLayer(line, layers))
  assert.deepEqual(told, [false, true, true, false, false, true, false])
  assert.deepEqual([...layers.values()], [true, true])
})
