/** The fake engine server as a process of its own: options as JSON in the first argument, its address as a line of JSON on stdout. */

import { encodeLine } from '../../../core/ndjson.ts'
import { fakeServerSchema } from './fakeServerOptions.ts'
import { startFakeServer } from './startFakeServer.ts'

const server = await startFakeServer(fakeServerSchema.parse(JSON.parse(process.argv[2] ?? '{}')))
process.stdout.write(encodeLine({ url: server.url }))
const stop = (): void => {
  void server[Symbol.asyncDispose]()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
