/**
 * An OpenAI-compatible engine server without an engine: tokens at a stated rate, and every failure a client must survive.
 * Tests, demonstrations and the calibration of the load client run against it.
 */

import { createServer, type Server } from 'node:http'
import { monotonicClock } from '../../../core/clock.ts'
import { AppError, messageOf } from '../../../core/errors.ts'
import { errorCodeOf } from '../../../core/files.ts'
import { type FakeServerOptions, fakeServerSchema } from './fakeServerOptions.ts'
import { type ChooseFault, openAnswers } from './openAnswers.ts'
import { routes } from './routes.ts'

export interface FakeServer extends AsyncDisposable {
  /** Of the API: `http://127.0.0.1:<port>/v1`. */
  url: string
  /** Requests for tokens that were well formed, and tokens sent. */
  stats(): { requests: number; tokens: number }
}

export interface FakeServerInput extends Partial<FakeServerOptions> {
  /** Asked before `faults`. */
  chooseFault?: ChooseFault
}

export async function startFakeServer(input: FakeServerInput = {}): Promise<FakeServer> {
  const { chooseFault = () => null, ...rest } = input
  const options = fakeServerSchema.parse(rest)
  const answers = openAnswers(options, chooseFault, monotonicClock)
  // No limits of its own: whoever wants a connection closed asks for a fault.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, routes(options, answers))
  if (options.idle_ms > 0) closeIdle(server, options.idle_ms)
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stats: () => ({
      requests: answers.requestCount(),
      tokens: answers.metrics().generatedTokens,
    }),
    async [Symbol.asyncDispose]() {
      answers.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** From the opening of a connection, and from the end of each answer. */
function closeIdle(server: Server, idleMs: number): void {
  server.on('connection', (socket) => socket.setTimeout(idleMs))
  server.on('request', ({ socket }, response) => {
    socket.setTimeout(0)
    response.on('close', () => socket.setTimeout(idleMs))
  })
}

/** As many as a load may open at once; the system may allow fewer. */
const backlog = 4096

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(port, cause)))
    server.listen({ port, host: '127.0.0.1', backlog }, () => {
      const address = server.address()
      if (address !== null && typeof address === 'object') resolve(address.port)
    })
  })
}

function listenError(port: number, thrown: Error): AppError {
  const isTaken = errorCodeOf(thrown) === 'EADDRINUSE'
  const cause = isTaken ? 'another program has it' : messageOf(thrown)
  return new AppError('PORT_UNAVAILABLE', { port, cause }, { cause: thrown })
}
