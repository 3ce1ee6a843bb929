/** The connections of one client: opened before the window, used again, and never waited for. */

import type { Clock } from '../../../core/clock.ts'
import { Connection, type ConnectionOptions } from './connection.ts'

export interface Connections {
  /** Opens until `count` wait to be used. Rejects when the server cannot be reached. */
  connect(count: number): Promise<void>
  /** One that waits, else a new one: a request never waits in a queue that nobody sees (guidellm 487). */
  take(): Connection
  /** A new one: for a request whose connection turned out to be closed. */
  takeNew(): Connection
  /** Connections that had to be opened while a request waited. */
  lateCount(): number
  close(): void
}

/** More at once overflows the listen queue of common servers (511 in Node, 2048 in uvicorn). */
const connectsAtOnce = 64
const connectTimeoutMs = 10_000
/** As much as the system hands over at once (libuv reads up to 64 KiB). */
const bufferBytes = 64 * 1024

export interface ConnectionsOptions {
  clock: Clock
  areReused?: boolean
}

/**
 * `areReused: false` for a server that closes every connection after one answer without saying so: a fresh one is opened
 * ahead for each that was used.
 */
export function openConnections(
  url: URL,
  { clock, areReused = true }: ConnectionsOptions,
): Connections {
  const all = new Set<Connection>()
  /** The one used last is taken first: it is the least likely to have been closed by the server. */
  let free: Connection[] = []
  let lateCount = 0
  const options: ConnectionOptions = {
    url,
    buffer: Buffer.alloc(bufferBytes),
    clock,
    onFree(connection) {
      if (areReused) {
        free.push(connection)
        return
      }
      connection.destroy()
      // One that cannot be opened ahead is opened, or fails, when a request needs it.
      openFree().catch(() => {})
    },
    onClosed(connection) {
      all.delete(connection)
      free = free.filter((other) => other !== connection)
    },
  }
  const open = (): Connection => {
    const connection = new Connection(options)
    all.add(connection)
    return connection
  }
  const openFree = async (): Promise<void> => {
    const connection = open()
    await connection.opened(connectTimeoutMs)
    free.push(connection)
  }
  const takeNew = (): Connection => {
    lateCount++
    return open()
  }
  return {
    async connect(count) {
      while (free.length < count) {
        const batch = Math.min(connectsAtOnce, count - free.length)
        await Promise.all(Array.from({ length: batch }, openFree))
      }
    },
    take() {
      for (let waiting = free.pop(); waiting !== undefined; waiting = free.pop()) {
        if (waiting.isWaiting) return waiting
      }
      return takeNew()
    },
    takeNew,
    lateCount: () => lateCount,
    close() {
      for (const connection of all) connection.destroy()
    },
  }
}
