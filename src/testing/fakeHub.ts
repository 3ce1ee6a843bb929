/** A Hugging Face hub on this machine for tests: lists and serves files, asks for a token, breaks off, lies. */

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { isRecord } from '../core/json.ts'

export interface FakeHubOptions {
  /** Content by `org/name/path`, or `datasets/org/name/path`. */
  files: Readonly<Record<string, Uint8Array>>
  /** The token every request must bring; absent: none is asked for. */
  token?: string
  /** How the first content requests are answered; later ones get what they ask for. */
  answers?: HubAnswer[]
  /** Answers 200 with the whole file whatever range was asked for. */
  ignoresRanges?: boolean
  /** States this etag for every file instead of the SHA-256 of its content. */
  etag?: string
}

/** A status alone, or the first `bytes` of what was asked for, ended as a whole answer or by a broken connection. */
type HubAnswer = { status: number } | { bytes: number; ends: 'clean' | 'broken' }

export interface FakeHub {
  env: Readonly<Record<string, string>>
  /** Content requests in order, without those that ask for one byte to learn the size. */
  requests: { path: string; range: string | null; authorization: string | null }[]
  close(): Promise<void>
}

export async function startFakeHub(t: TestContext, options: FakeHubOptions): Promise<FakeHub> {
  const requests: FakeHub['requests'] = []
  const answers = [...(options.answers ?? [])]
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1)
    const { authorization = null } = request.headers
    if (options.token !== undefined && authorization !== `Bearer ${options.token}`) {
      return json(response, 401, { error: 'Invalid username or password.' })
    }
    const [, kind, name] = /^api\/(model|dataset)s\/([^/]+\/[^/]+)\/tree\/main$/.exec(path) ?? []
    if (kind !== undefined) return listFiles(response, { ...options, prefix: prefixOf(kind, name) })
    const content = options.files[path.replace('/resolve/main/', '/')]
    if (content === undefined) {
      response.setHeader('x-error-code', 'EntryNotFound')
      return json(response, 404, { error: 'Entry not found' })
    }
    const range = request.headers.range ?? null
    const isProbe = range === 'bytes=0-0'
    if (!isProbe) requests.push({ path, range, authorization })
    const answer = isProbe ? undefined : answers.shift()
    if (answer !== undefined && 'status' in answer) return json(response, answer.status, {})
    sendContent(request, response, { content, options, cut: answer })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  t.after(close)
  const address = server.address()
  const port = isRecord(address) ? String(address['port']) : ''
  return { env: { HF_ENDPOINT: `http://127.0.0.1:${port}` }, requests, close }
}

const prefixOf = (kind: string, name = ''): string =>
  kind === 'dataset' ? `datasets/${name}/` : `${name}/`

function listFiles(
  response: ServerResponse,
  { files, prefix }: FakeHubOptions & { prefix: string },
): void {
  const paths = Object.keys(files).filter((path) => path.startsWith(prefix))
  const entries = paths.map((path) => ({
    type: 'file',
    path: path.slice(prefix.length),
    size: files[path]?.length,
    oid: '0',
  }))
  if (entries.length > 0) json(response, 200, entries)
  else json(response, 404, { error: 'Repository not found' })
}

interface Content {
  content: Uint8Array
  options: FakeHubOptions
  cut: Extract<HubAnswer, { bytes: number }> | undefined
}

function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  { content, options, cut }: Content,
): void {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  const isProbe = last !== ''
  const isRanged = isProbe || (request.headers.range !== undefined && !options.ignoresRanges)
  const start = isRanged ? Number(first) : 0
  const asked = content.subarray(start, isProbe ? Number(last) + 1 : undefined)
  const sent = cut === undefined ? asked : asked.subarray(0, cut.bytes)
  const isBroken = cut?.ends === 'broken'
  const sha256 = createHash('sha256').update(content).digest('hex')
  response.writeHead(isRanged ? 206 : 200, {
    'content-length': isBroken ? asked.length : sent.length,
    etag: `"${options.etag ?? sha256}"`,
    ...(isRanged
      ? { 'content-range': `bytes ${start}-${start + sent.length - 1}/${content.length}` }
      : {}),
  })
  if (isBroken) response.write(sent, () => response.destroy())
  else response.end(sent)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
