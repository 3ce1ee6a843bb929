import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createServer } from 'node:tls'
import { programArgv } from '../../../testing/programs.ts'
import { requirePart } from '../../../testing/requirePart.ts'
import { startFakeServer } from '../fakeServer/startFakeServer.ts'

/** A certificate for localhost, good for two days; null without openssl. */
function makeCertificate(t: TestContext): { key: string; cert: string } | null {
  const directory = mkdtempSync(join(tmpdir(), 'llem-tls-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost`.split(' ')
  const names = ['-addext', 'subjectAltName=DNS:localhost']
  const made = spawnSync('openssl', [...words, ...names, '-keyout', key, '-out', cert])
  return made.status === 0 ? { key, cert } : null
}

/** Ends TLS before the server at `url` and hands on what is inside. */
async function tlsBefore(t: TestContext, url: string, files: { key: string; cert: string }) {
  const options = { key: readFileSync(files.key), cert: readFileSync(files.cert) }
  const front = createServer(options, (outside) => {
    const inside = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
    outside.on('error', () => inside.destroy())
    inside.on('error', () => outside.destroy())
    outside.pipe(inside).pipe(outside)
  })
  front.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  t.after(() => front.close())
  const address = front.address()
  return typeof address === 'object' ? address?.port : undefined
}

test('a server behind TLS is measured like any other, and only when its certificate is trusted', async (t) => {
  const files = makeCertificate(t)
  if (!requirePart(t, 'openssl', files === null ? 'there is no openssl here' : null)) return
  const server = await startFakeServer({ ttft_ms: 1, tokens_per_second: 2000 })
  t.after(() => server[Symbol.asyncDispose]())
  const port = await tlsBefore(t, server.url, files ?? { key: '', cert: '' })
  const ask = async (env: Record<string, string>) => {
    const [node = '', ...words] = programArgv('askOnce', `https://localhost:${port}/v1`)
    const child = spawn(node, words, { env })
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { out, errors }
  }
  const trusted = await ask({ NODE_EXTRA_CA_CERTS: files?.cert ?? '' })
  assert.deepEqual(JSON.parse(trusted.out), { tokens: 24, lateConnections: 0 })
  const stranger = await ask({})
  assert.equal(stranger.out, '')
  assert.match(stranger.errors, /DEPTH_ZERO_SELF_SIGNED_CERT/)
})
