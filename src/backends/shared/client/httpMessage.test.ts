import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpMessage } from './httpMessage.ts'

test('a request is one piece of bytes, its length in bytes and its key in a header', () => {
  const message = httpMessage({ url: new URL('http://[::1]:8000/v1/completions'), apiKey: 'sk-1' })
  assert.equal(
    message(Buffer.from('{"prompt":"é"}')).toString(),
    [
      'POST /v1/completions HTTP/1.1',
      'host: [::1]:8000',
      'user-agent: llenergymeasure',
      'accept: text/event-stream',
      'content-type: application/json',
      'authorization: Bearer sk-1',
      'content-length: 15',
      '',
      '{"prompt":"é"}',
    ].join('\r\n'),
  )
})

test('without a key there is no such header', () => {
  const message = httpMessage({ url: new URL('https://host/v1/chat/completions'), apiKey: null })
  assert.doesNotMatch(message(Buffer.from('{}')).toString(), /authorization/)
})
