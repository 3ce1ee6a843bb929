/**
 * Loaded before our program where its environment cannot come with its start: takes it from the first line of stdin, a
 * JSON object. In a container everything else that sets variables is seen by all who may ask the daemon, secrets too.
 */

import { readSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Threads and children of this process have the environment already: the former are told apart here, the latter are
// started without the arguments that loaded us.
if (isMainThread) {
  Object.assign(process.env, JSON.parse(readLine()))
  process.execArgv.length = 0
}

/** Byte by byte: what follows the line is for `watchParent`. Blocks until the line is there. */
function readLine(): string {
  const bytes: number[] = []
  const byte = new Uint8Array(1)
  const newline = 10
  for (;;) {
    const count = readByte(byte)
    if (count === 0 || byte[0] === newline) return Buffer.from(bytes).toString('utf8')
    if (byte[0] !== undefined) bytes.push(byte[0])
  }
}

function readByte(byte: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, byte)
    } catch (thrown) {
      const isEmpty = thrown instanceof Error && 'code' in thrown && thrown.code === 'EAGAIN'
      if (!isEmpty) throw thrown
      // The pipe does not block and has nothing yet: a moment without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
