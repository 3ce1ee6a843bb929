/** Images for tests, made from files of this machine: none has to be pulled. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestImage {
  name: string
  /** Why it could not be made; null when it is there. */
  missing: string | null
}

/** What is in it: what Node links to, that without libstdc++, or nothing at all. */
type Content = 'glibc' | 'no-libstdc++' | 'empty'

/** Makes the image unless it is there, for the processor of this machine or another. */
export function testImage(
  content: Content,
  architecture = ownArchitecture,
  env: NodeJS.ProcessEnv = process.env,
): TestImage {
  const name = `llem-test/${content.replaceAll('+', 'p')}:${architecture}`
  const no = (missing: string): TestImage => ({ name, missing })
  if (runDocker(['version'], env).status !== 0) return no('there is no Docker daemon that answers')
  if (runDocker(['image', 'inspect', name], env).status === 0) return { name, missing: null }
  const folder = mkdtempSync(join(tmpdir(), 'llem-image-'))
  try {
    const files = filesOf(content)
    const layer = join(folder, 'layer.tar')
    const which =
      files.length === 0 ? ['-C', folder, '--exclude=*', '.'] : ['--transform=s,^/,,', ...files]
    const packed = spawnSync('tar', ['-chPf', layer, ...which])
    if (packed.status !== 0) return no(`no archive of its files: ${packed.stderr}`)
    describeImage(folder, { name, architecture, layerBytes: readFileSync(layer) })
    const parts = ['layer.tar', 'config.json', 'manifest.json']
    spawnSync('tar', ['-cf', join(folder, 'image.tar'), '-C', folder, ...parts])
    const made = runDocker(['load', '--input', join(folder, 'image.tar')], env)
    return made.status === 0 ? { name, missing: null } : no(`not made: ${made.stderr}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** As Go and image configurations spell it. */
export const ownArchitecture = process.arch === 'x64' ? 'amd64' : process.arch

/** The two files beside the layer: https://github.com/moby/docker-image-spec/blob/main/spec.md */
function describeImage(
  folder: string,
  { name, architecture, layerBytes }: { name: string; architecture: string; layerBytes: Buffer },
): void {
  const id = `sha256:${createHash('sha256').update(layerBytes).digest('hex')}`
  const config = {
    architecture,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [id] },
  }
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

/** Docker as a person would type it. */
export function runDocker(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000, env })
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
