/** Studies in real containers: started with the built command, as a person would, and looked at from outside. */

import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { programs } from '../core/programs.ts'
import { type FailureFile, failureFileSchema } from '../store/failureFile.ts'
import { type Result, resultSchema } from '../store/resultFile.ts'
import { runDocker } from './dockerImage.ts'
import { temporary } from './watchStudy.ts'

const command = fileURLToPath(programs.command)

interface Outcome {
  result: Result | null
  failure: FailureFile | null
  directory: string
}

export interface DockerStudy {
  directory: string
  llem(...words: string[]): SpawnSyncReturns<string>
  start(...words: string[]): ChildProcess
  /** What came of every run of the last study, in the order of running. */
  outcomes(): Outcome[]
  /** Names of the containers that the studies of this directory have, running or not. */
  containers(): string[]
}

/** A directory with the study in `study.yaml` and a name that no other study has; `caller` is who starts it. */
export function dockerStudy(
  t: TestContext,
  study: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
  caller: { uid?: number; gid?: number } = {},
): DockerStudy {
  const directory = temporary(t)
  const name = directory.split('-').at(-1) ?? ''
  writeFileSync(join(directory, 'study.yaml'), JSON.stringify({ name, ...study }))
  if (caller.uid !== undefined && caller.gid !== undefined) {
    chownSync(directory, caller.uid, caller.gid)
    chownSync(join(directory, 'study.yaml'), caller.uid, caller.gid)
  }
  const { PATH, HOME, DOCKER_HOST } = process.env
  const options = {
    cwd: directory,
    ...caller,
    env: {
      PATH,
      HOME,
      ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
      LLEM_CACHE_DIR: join(directory, 'cache'),
      LLEM_LOCK_DIR: join(directory, 'locks'),
      ...env,
    },
  }
  const results = join(directory, 'results')
  return {
    directory,
    llem: (...words) =>
      spawnSync(process.execPath, [command, ...words], { ...options, encoding: 'utf8' }),
    start: (...words) => spawn(process.execPath, [command, ...words], options),
    outcomes() {
      const last = readdirSync(results).sort().at(-1) ?? ''
      const runs = join(results, last, 'runs')
      return readdirSync(runs)
        .sort()
        .map((id) => outcomeIn(join(runs, id)))
    },
    containers() {
      const format = ['--format', '{{.Names}} {{.Label "llem.study"}}']
      const { stdout } = runDocker(['ps', '--all', ...format], options.env)
      return stdout.split('\n').filter((line) => line.includes(` ${name}-`))
    },
  }
}

function outcomeIn(directory: string): Outcome {
  const files = readdirSync(directory)
  const read = (file: string): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8'))
  return {
    directory,
    result: files.includes('result.json') ? resultSchema.parse(read('result.json')) : null,
    failure: files.includes('failure.json') ? failureFileSchema.parse(read('failure.json')) : null,
  }
}

/** Calls `onLine` for every line that a command says on stderr, and resolves with its exit code and all it said. */
export async function listen(child: ChildProcess, onLine: (line: string) => void) {
  const said: string[] = []
  if (child.stderr === null) throw new Error('its stderr is not ours')
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line)
    onLine(line)
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { status: child.exitCode, said: said.join('\n') }
}
