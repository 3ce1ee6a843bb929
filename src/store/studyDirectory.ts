/** Where everything of a study lies. The directory is the state: nothing else remembers a study. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeError } from '../core/files.ts'
import { makeDirectory } from '../core/makeDirectory.ts'

export interface StudyPaths {
  directory: string
  study: string
  plan: string
  status: string
  summaryJson: string
  summaryCsv: string
  /** Held by whoever runs the study, and by its worker. */
  lock: string
  runs: string
  /** Run directories of attempts that failed and were repeated, numbered. */
  failedAttempts: string
}

export interface RunPaths {
  directory: string
  experiment: string
  events: string
  result: string
  failure: string
  /** What ran beside a run that has not ended yet. */
  beside: string
  power: string
  requests: string
  environment: string
  workerLog: string
  backendLog: string
}

export function studyPaths(directory: string): StudyPaths {
  const file = (name: string): string => join(directory, name)
  return {
    directory,
    study: file('study.yaml'),
    plan: file('plan.json'),
    status: file('status.json'),
    summaryJson: file('summary.json'),
    summaryCsv: file('summary.csv'),
    lock: file('.lock'),
    runs: file('runs'),
    failedAttempts: file('failed-attempts'),
  }
}

export function runPaths(directory: string): RunPaths {
  const file = (name: string): string => join(directory, name)
  return {
    directory,
    experiment: file('experiment.json'),
    events: file('events.ndjson'),
    result: file('result.json'),
    failure: file('failure.json'),
    beside: file('beside.json'),
    power: file('power.parquet'),
    requests: file('requests.parquet'),
    environment: file('environment.json'),
    workerLog: file('worker.log'),
    backendLog: file('backend.log'),
  }
}

/** Makes `<resultsDir>/<name>-<UTC stamp>` and its `runs` folder; a second study of the same second gets a number. */
export async function createStudyDirectory(
  resultsDir: string,
  name: string,
  startedAt: Date,
): Promise<StudyPaths> {
  const stamp = startedAt.toISOString().slice(0, 19).replaceAll(':', '-')
  try {
    await makeDirectory(resultsDir)
    for (let attempt = 1; ; attempt++) {
      const paths = studyPaths(
        join(resultsDir, `${name}-${stamp}${attempt === 1 ? '' : `-${attempt}`}`),
      )
      const made = await mkdir(paths.directory).then(
        () => true,
        (cause) => {
          if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
          throw cause
        },
      )
      if (!made) continue
      await mkdir(paths.runs)
      return paths
    }
  } catch (cause) {
    throw writeError(join(resultsDir, name), cause)
  }
}
