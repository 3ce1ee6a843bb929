/**
 * A server that costs next to nothing: every answer is one prepared buffer of as many chunks as the first argument says. What it
 * is asked by is then the bottleneck, on few cores too. Prints its address as a line of JSON.
 */

import { createServer } from 'node:http'
import { encodeLine } from '../core/ndjson.ts'

const tokens = Number(process.argv[2])
const chunk = (count: number): string => {
  const choice = { index: 0, text: ' word', logprobs: null, finish_reason: null }
  const usage = { prompt_tokens: 8, total_tokens: 8 + count, completion_tokens: count }
  const event = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'canned' }
  return `data: ${JSON.stringify({ ...event, choices: [choice], usage })}\n\n`
}
const last = { index: 0, text: '', logprobs: null, finish_reason: 'length' }
const answer = Buffer.from(
  [
    ...Array.from({ length: tokens }, (_, at) => chunk(at + 1)),
    `data: ${JSON.stringify({ id: 'cmpl-1', choices: [last] })}\n\n`,
    'data: [DONE]\n\n',
  ].join(''),
)

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') {
    process.stdout.write(encodeLine({ url: `http://127.0.0.1:${address.port}/v1` }))
  }
})
