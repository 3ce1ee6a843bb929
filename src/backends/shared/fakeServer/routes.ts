/** The routes of the fake engine server: completions, chat, models, version, health and metrics. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { FakeServerOptions } from './fakeServerOptions.ts'
import { metricsText } from './metricsText.ts'
import type { Answers } from './openAnswers.ts'
import { type Order, readOrder } from './readOrder.ts'
import { refuse, sendJson } from './sendJson.ts'
import { detokenize, tokenize } from './tokenizerRoutes.ts'

export type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

export function routes(options: FakeServerOptions, answers: Answers): OnRequest {
  const onPost = (kind: Order['kind']): OnRequest => {
    const answer: (...of: Parameters<OnRequest>) => Promise<void> = async (request, response) => {
      const read = readOrder(await text(request), kind, options.strict_fields)
      if (read.ok) answers.answer(read.order, response)
      else refuse(response, 400, read.problem)
    }
    // A client that goes away while it sends is its own affair.
    return (request, response) => void answer(request, response).catch(() => response.destroy())
  }
  const onJson =
    (answer: (body: unknown) => object | null): OnRequest =>
    (request, response) =>
      void text(request)
        .then((body) => {
          const found = answer(JSON.parse(body))
          if (found === null) refuse(response, 400, 'the body has no text and no tokens')
          else sendJson(response, 200, found)
        })
        // What is not JSON has no answer.
        .catch(() => response.destroy())
  const routeOf: Readonly<Record<string, OnRequest>> = {
    'POST /v1/completions': onPost('completions'),
    'POST /v1/chat/completions': onPost('chat'),
    'POST /tokenize': onJson(tokenize),
    'POST /detokenize': onJson(detokenize),
    'GET /v1/models': (_, response) => sendJson(response, 200, modelList(options.model)),
    'GET /version': (_, response) => sendJson(response, 200, { version: '1' }),
    'GET /health': (_, response) => response.end(),
    'GET /metrics': (_, response) => response.end(metricsText(options.model, answers.metrics())),
  }
  return (request, response) => {
    response.on('error', () => {})
    const { authorization = 'none' } = request.headers
    const route = routeOf[`${request.method} ${request.url}`]
    if (options.api_key !== undefined && authorization !== `Bearer ${options.api_key}`) {
      refuse(response, 401, `incorrect API key: ${authorization}`)
    } else if (route === undefined) {
      refuse(response, 404, `no route ${request.method} ${request.url}`)
    } else {
      route(request, response)
    }
  }
}

const modelList = (model: string) => ({
  object: 'list',
  data: [{ id: model, object: 'model', created: 1_700_000_000, owned_by: 'llenergymeasure' }],
})
