/** A process that sends a share of a load: reads its task and the time to begin from stdin, and prints what happened. */

import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { config } from 'zod'
import type { BackendSession } from '../backends/backend.ts'
import { openClientOf } from '../backends/shared/client/clientSettings.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { RequestRecord } from '../workloads/driveLoad.ts'
import { runLoad } from '../workloads/runLoad.ts'
import {
  packRecord,
  type ShardSays,
  shardStartSchema,
  shardTaskSchema,
} from '../workloads/shards/shardMessages.ts'

// Each schema is used once here: compiling it first costs more than it saves.
config({ jitless: true })
// Not `process.stdout`: its writes to a pipe are synchronous, and spin while the reader has no time to read.
const stdout = new Socket({ fd: 1, readable: false })
const say = (message: ShardSays): void => {
  stdout.write(encodeLine(message))
}
/** Resolves when all that was said is with the system: megabytes of records are, and an exit would cut them off. */
const saidAll = (): Promise<void> =>
  new Promise((resolve) => {
    stdout.write('', () => resolve())
  })
const stop = new AbortController()
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function nextLine(): Promise<unknown> {
  const { value, done } = await lines.next()
  // The worker is gone, and with it whoever would read what happened.
  if (done === true) process.exit()
  return JSON.parse(String(value))
}

async function sendShare(): Promise<void> {
  const task = shardTaskSchema.parse(await nextLine())
  const { plan, requests, timeoutMs, connections } = task
  await using client = await openClientOf(task.client, {
    connections,
    clock,
    signal: stop.signal,
  })
  client.prepare(requests)
  say({ type: 'ready' })
  const { startAtMs } = shardStartSchema.parse(await nextLine())
  // From here on stdin brings nothing but its end.
  void lines.next().then(() => process.exit())
  const watch = client.watch()
  const records = await runLoad(sessionOf(client), requests, {
    plan:
      plan.kind === 'closed'
        ? plan
        : { ...plan, arrivalsMs: Float64Array.from(plan.arrivalsMs), stages: null },
    clock,
    signal: stop.signal,
    timeoutMs: timeoutMs ?? undefined,
    startAtMs,
    onRequest: progress(),
  })
  const proof = watch.stop()
  for (const record of records) say({ type: 'record', record: packRecord(record) })
  say({ type: 'done', proof })
}

const everyMs = 1000

/** Says now and then how many requests have ended. */
function progress(): (record: RequestRecord) => void {
  let said = clock.nowMs()
  let requests = 0
  let tokens = 0
  return ({ endedAtMs, stepTokens, stepCount }) => {
    requests++
    for (let step = 0; step < stepCount; step++) tokens += stepTokens[step] ?? 0
    if (endedAtMs - said < everyMs) return
    say({ type: 'progress', requests, tokens })
    said = endedAtMs
    requests = 0
    tokens = 0
  }
}

function sessionOf({ generate }: Pick<BackendSession, 'generate'>): BackendSession {
  return {
    version: '',
    model: null,
    observed: async () => ({}),
    generate,
    [Symbol.asyncDispose]: async () => {},
  }
}

try {
  await sendShare()
} catch (thrown) {
  say({ type: 'failed', reason: messageOf(thrown) })
  process.exitCode = 1
}
await saidAll()
process.exit()
