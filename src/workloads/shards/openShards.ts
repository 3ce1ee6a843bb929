/** Starts the processes that send a load together, and brings back what happened as if one had sent it. */

import { fileURLToPath } from 'node:url'
import type { GenerateRequest } from '../../backends/backend.ts'
import type { ClientProof } from '../../core/clientProof.ts'
import { AppError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { decodeLine, encodeLine } from '../../core/ndjson.ts'
import { type RunningProgram, runProgram } from '../../core/process.ts'
import { programs } from '../../core/programs.ts'
import { hoursToMs } from '../../core/units.ts'
import type { RequestRecord } from '../driveLoad.ts'
import type { LoadPlan } from '../planLoad.ts'
import { withStages } from '../runLoad.ts'
import type { SendOptions } from '../sendRequest.ts'
import { mergeProofs, mergeRecords } from './mergeShards.ts'
import { type ShardSays, type ShardTask, shardSaysSchema, unpackRecord } from './shardMessages.ts'
import { type LoadShare, splitLoad } from './splitLoad.ts'

export interface ShardedLoad extends SendOptions {
  /** Of the session: what another process needs to open its client. */
  client: Json
  plan: LoadPlan
  requests: readonly GenerateRequest[]
  /** Processes to send with; fewer where the load cannot be divided among so many. */
  count: number
}

export interface Shards extends AsyncDisposable {
  /** `onProgress`: requests that ended and their tokens since it was called last. */
  run(
    onProgress: (requests: number, tokens: number) => void,
  ): Promise<{ records: RequestRecord[]; proof: ClientProof | null }>
}

/** The host ends the whole experiment long before. */
const longestRunMs = hoursToMs(24 * 30)
/** Time for the word to begin to reach all of them. */
const leadMs = 50

/** Resolves when all have their connections open. */
export async function openShards(load: ShardedLoad): Promise<Shards> {
  const stopped = new AbortController()
  const signal = AbortSignal.any([load.signal, stopped.signal])
  const shards = splitLoad(load.plan, load.requests, load.count).map((share) =>
    startShard(taskOf(load, share), { ...load, signal }),
  )
  const close = async (): Promise<void> => {
    stopped.abort(new Error('the load has ended'))
    await Promise.all(shards.map(({ exited }) => exited))
  }
  try {
    await Promise.all(shards.map(({ ready }) => ready))
  } catch (cause) {
    await close()
    load.signal.throwIfAborted()
    throw cause
  }
  return {
    async run(onProgress) {
      const startAtMs = load.clock.nowMs() + leadMs
      for (const shard of shards) shard.begin(startAtMs, onProgress)
      const ends = await Promise.all(shards.map(({ done }) => done)).catch((cause) => {
        load.signal.throwIfAborted()
        throw cause
      })
      load.signal.throwIfAborted()
      return {
        records: withStages(mergeRecords(ends.map(({ records }) => records)), load.plan),
        proof: mergeProofs(ends.map(({ proof }) => proof)),
      }
    },
    [Symbol.asyncDispose]: close,
  }
}

function taskOf({ client, timeoutMs }: ShardedLoad, { plan, requests }: LoadShare): ShardTask {
  const limit = plan.kind === 'closed' ? plan.concurrency : plan.concurrencyCap
  return {
    client,
    connections: Math.min(requests.length, limit ?? unlimitedConnections),
    timeoutMs: timeoutMs ?? null,
    plan:
      plan.kind === 'closed'
        ? plan
        : {
            kind: plan.kind,
            arrivalsMs: [...plan.arrivalsMs],
            concurrencyCap: plan.concurrencyCap,
          },
    requests: requests.map((request) => ({
      ...request,
      promptTokens: request.promptTokens === null ? null : [...request.promptTokens],
    })),
  }
}

const unlimitedConnections = 256

interface ShardEnd {
  records: RequestRecord[]
  proof: ClientProof
}

function startShard(task: ShardTask, { clock, signal }: SendOptions) {
  const ready = later<void>()
  const done = later<ShardEnd>()
  const records: RequestRecord[] = []
  let tell: (requests: number, tokens: number) => void = () => {}
  let program: RunningProgram | null = null
  const fail = (reason: string): void => {
    const error = new AppError('LOAD_SHARD_FAILED', { reason })
    ready.reject(error)
    done.reject(error)
  }
  const hear = (said: ShardSays): void => {
    switch (said.type) {
      case 'ready':
        ready.resolve()
        break
      case 'progress':
        tell(said.requests, said.tokens)
        break
      case 'record':
        records.push(unpackRecord(said.record))
        break
      case 'done':
        done.resolve({ records, proof: said.proof })
        break
      case 'failed':
        fail(said.reason)
        break
    }
  }
  const exited = runProgram({
    argv: [process.execPath, fileURLToPath(programs.loadShard)],
    env: {},
    timeoutMs: longestRunMs,
    silenceMs: null,
    clock,
    signal,
    isTethered: true,
    input: encodeLine(task),
    onStarted: (running) => {
      program = running
    },
    onLine: (line) => {
      const said = decodeLine(line, shardSaysSchema)
      if (said !== null) hear(said)
    },
  }).then(
    ({ code, stderrTail }) => fail(`it ended with code ${code}: ${stderrTail.trim()}`),
    (cause: unknown) => fail(String(cause)),
  )
  return {
    ready: ready.promise,
    done: done.promise,
    exited,
    begin(startAtMs: number, onProgress: typeof tell): void {
      tell = onProgress
      program?.write(encodeLine({ startAtMs }))
    },
  }
}

/** A promise to be settled from outside, the first time counts; nobody need wait for it. */
function later<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (cause: unknown) => void = () => {}
  const promise = new Promise<T>((onValue, onCause) => {
    resolve = onValue
    reject = onCause
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}
