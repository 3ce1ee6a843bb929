/** Whether the Node that runs us can run in an image that was not made for it. */

import { AppError } from '../../core/errors.ts'

export interface NodeFacts {
  platform: string
  /** Version of the C library; null where it is not glibc. */
  glibcVersion: string | null
  /** Parts of Node that this build loads from libraries of the system. */
  sharedParts: readonly string[]
}

export function readNodeFacts(): NodeFacts {
  const report: unknown = process.report.getReport()
  const header = fieldOf(report, 'header')
  const glibcVersion = fieldOf(header, 'glibcVersionRuntime')
  return {
    platform: process.platform,
    glibcVersion: typeof glibcVersion === 'string' ? glibcVersion : null,
    sharedParts: Object.entries(process.config.variables)
      .filter(([name, value]) => /^node_shared(?:_|$)/.test(name) && value === true)
      .map(([name]) => name.replace(/^node_shared_?/, '') || 'node'),
  }
}

/** Null for a Node that needs nothing but glibc and libstdc++. */
export function whyNotPortable({ platform, glibcVersion, sharedParts }: NodeFacts): string | null {
  if (platform !== 'linux') return `it is built for ${platform}, and containers run Linux`
  if (glibcVersion === null) return 'it is built for another C library than glibc'
  if (sharedParts.length === 0) return null
  return `it loads parts of itself (${sharedParts.join(', ')}) from libraries of this system, which images do not have`
}

/** Null when this Node can. */
export function nodeError(): AppError | null {
  const cause = whyNotPortable(readNodeFacts())
  if (cause === null) return null
  return new AppError('DOCKER_RUNTIME_MOUNT', {
    image: 'a container',
    cause,
    fix: 'Run llem with an official build of Node (https://nodejs.org/en/download, or nvm or fnm): it needs glibc and libstdc++ alone.',
  })
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
