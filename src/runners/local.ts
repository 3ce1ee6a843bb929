/** Runs the worker as a fresh process on this machine. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { workerEventSchema } from '../core/events.ts'
import { decodeLine } from '../core/ndjson.ts'
import { runProgram } from '../core/process.ts'
import type { Runner } from './runner.ts'

const options = z.strictObject({})

export const runner: Runner<z.output<typeof options>> = {
  name: 'local',
  title: 'A fresh process on this machine',
  docs: 'Starts the worker as a process of its own and kills everything it started before the next one begins. Needs nothing. The engine must be installed on this machine.',
  options,
  async probe() {
    return { status: 'available', detail: 'needs nothing' }
  },
  async run(job, _options, io) {
    const oomKillsBefore = await readOomKills()
    const exit = await runProgram({
      ...job,
      ...(job.workingDirectory === undefined ? {} : { cwd: job.workingDirectory }),
      ...io,
      env: job.env,
      logPath: join(job.dir, 'worker.log'),
      isLogged: (line) => decodeLine(line, workerEventSchema) === null,
      isTethered: true,
    })
    const isKilledByOthers = exit.signal === 'SIGKILL' && exit.timedOut === null && !exit.wasAborted
    const oomKillsAfter = isKilledByOthers ? await readOomKills() : null
    const isOutOfMemory =
      oomKillsBefore !== null && oomKillsAfter !== null && oomKillsAfter > oomKillsBefore
    return { ...exit, outOfMemory: isOutOfMemory ? true : null, failure: null }
  },
}

/**
 * Processes that the kernel killed for lack of memory since it started, whether a control group or the machine ran
 * out; null where it does not tell. `oom_kill` of /proc/vmstat, Linux 4.13 or later.
 */
async function readOomKills(): Promise<number | null> {
  // Outside Linux there is no such file.
  const text = await readFile('/proc/vmstat', 'utf8').catch(() => '')
  const [, count] = /^oom_kill (\d+)$/m.exec(text) ?? []
  return count === undefined ? null : Number(count)
}
