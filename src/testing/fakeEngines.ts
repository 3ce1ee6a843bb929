/** Programs named as those of engines that are the fake engine server: a PATH on which every engine is installed. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { programArgv } from './programs.ts'

export interface FakeEngines {
  /** An environment in which they are found. */
  env: Record<string, string>
  remove(): void
}

export function installFakeEngines(programs: readonly string[]): FakeEngines {
  const directory = mkdtempSync(join(tmpdir(), 'llem-engines-'))
  const command = programArgv('fakeEngine')
    .map((part) => `'${part}'`)
    .join(' ')
  for (const program of programs) {
    const path = join(directory, program)
    writeFileSync(path, `#!/bin/sh\nFAKE_ENGINE_NAME=${program} exec ${command} "$@"\n`)
    chmodSync(path, 0o755)
  }
  return {
    env: { PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
