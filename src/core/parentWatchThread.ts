/** The thread of `watchParent`: waits for stdin to close, tells the main thread, and kills what is left after the grace. */

import { Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicClock } from './clock.ts'
import { inheritedMarks, processTree, signalProcess } from './processTree.ts'

const lost = async (): Promise<void> => {
  parentPort?.postMessage('lost')
  await monotonicClock.sleep(Number(workerData))
  await processTree({ leaderPid: process.pid, mark: inheritedMarks() }).kill(monotonicClock)
  signalProcess(process.pid, 'SIGKILL')
}

new Socket({ fd: 0, readable: true, writable: false })
  // A reset is as good as an end; `close` follows either.
  .on('error', () => {})
  .once('close', () => void lost())
  .resume()
