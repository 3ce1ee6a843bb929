/** Images for tests, made from files of this machine: none has to be pulled. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestImage {
  name: string
  /** Why it could not be made; null when it is there. */
  missing: string | null
}

/** What is in it: what Node links to, that without libstdc++, or nothing at all. */
type Content = 'glibc' | 'no-libstdc++' | 'empty'

/** Makes the image unless it is there. Two processes that do so at once make the same one twice. */
export function testImage(content: Content, platform?: string): TestImage {
  const name = `llem-test/${content.replaceAll('+', 'p')}:${platform?.replace('/', '-') ?? 'host'}`
  const no = (missing: string): TestImage => ({ name, missing })
  if (runDocker(['version']).status !== 0) return no('there is no Docker daemon that answers')
  if (runDocker(['image', 'inspect', name]).status === 0) return { name, missing: null }
  const folder = mkdtempSync(join(tmpdir(), 'llem-image-'))
  try {
    const archive = join(folder, 'root.tar')
    const files = filesOf(content)
    const pack =
      files.length === 0
        ? spawnSync('tar', ['-cf', archive, '-C', folder, '--exclude=*', '.'])
        : spawnSync('tar', ['-chPf', archive, '--transform=s,^/,,', ...files])
    if (pack.status !== 0) return no(`no archive of its files: ${pack.stderr}`)
    const platformArguments = platform === undefined ? [] : ['--platform', platform]
    const made = runDocker(['import', ...platformArguments, archive, name])
    return made.status === 0 ? { name, missing: null } : no(`not made: ${made.stderr}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Docker as a person would type it. */
function runDocker(args: readonly string[]) {
  return spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 })
}

function filesOf(content: Content): string[] {
  if (content === 'empty') return []
  const shell = '/bin/sh'
  const linked = [process.execPath, shell].flatMap((program) => {
    const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
    return stdout.match(/\/\S+(?= \()/g) ?? []
  })
  return [...new Set([shell, ...linked])].filter(
    (file) => content !== 'no-libstdc++' || !file.includes('libstdc++'),
  )
}
