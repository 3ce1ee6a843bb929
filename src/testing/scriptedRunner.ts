/** A runner without a worker: each job ends as the test says, and leaves what a worker would leave. */

import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { readJson, writeJson } from '../core/files.ts'
import { encodeLine } from '../core/ndjson.ts'
import type { Job, JobExit, JobIo, Runner } from '../runners/runner.ts'
import { experimentFileSchema } from '../store/experimentFile.ts'
import { resultSchema } from '../store/resultFile.ts'
import { runPaths } from '../store/studyDirectory.ts'
import { sampleResult } from './sampleResult.ts'

/** `lacks`: fails for want of its dataset. `hangs`: until it is ended. */
export type JobPlay = 'measures' | 'fails' | 'lacks' | 'hangs'

export interface ScriptedRunner extends Runner<unknown> {
  /** In the order they were run. */
  jobs: readonly Job[]
}

/** `play` says how the job of this number ends, from 0, and when. One that is ended before hangs. */
export function scriptedRunner(
  play: (number: number) => JobPlay | Promise<JobPlay>,
): ScriptedRunner {
  const jobs: Job[] = []
  return {
    name: 'local',
    title: 'Scripted',
    docs: 'Runs nothing.',
    options: z.strictObject({}),
    jobs,
    async probe() {
      return { status: 'available', detail: 'needs nothing' }
    },
    async run(job, _options, io) {
      const hanging = aborted(io)
      const how = await Promise.race([
        play(jobs.push(job) - 1),
        hanging.then(() => 'hangs' as const),
      ])
      if (how === 'hangs') return hanging
      if (how === 'fails') return { ...ended, code: 1 }
      if (how === 'lacks') return { ...ended, code: 1, failure: lack }
      const paths = runPaths(job.dir)
      const experiment = await readJson(paths.experiment, experimentFileSchema)
      await writeJson(paths.result, resultSchema, sampleResult({ experiment }))
      io.onLine(encodeLine({ type: 'resultWritten', atMs: io.clock.nowMs() }).trim())
      return ended
    },
  }
}

const lack = new AppError('DATASET_UNREADABLE', { source: 'absent', cause: 'there is no file' })

const ended: JobExit = {
  code: 0,
  signal: null,
  timedOut: null,
  wasAborted: false,
  outOfMemory: null,
  failure: null,
  stderrTail: '',
}

async function aborted({ signal }: JobIo): Promise<JobExit> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  return { ...ended, code: null, wasAborted: true }
}
