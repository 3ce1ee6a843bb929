/** Whether the llama.cpp that npm installed can be loaded on this machine: tried in a child, so that a crash is an answer too. */

import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Availability } from '../../../core/availability.ts'
import { monotonicClock } from '../../../core/clock.ts'
import type { Environment } from '../../../core/context.ts'
import { messageOf } from '../../../core/errors.ts'
import { runProgram } from '../../../core/process.ts'

/** Packages of node-llama-cpp that need no GPU, by Node's platform and architecture. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'linux-arm': 'linux-armv7l',
  'linux-arm64': 'linux-arm64',
  'linux-x64': 'linux-x64',
  'win32-arm64': 'win-arm64',
  'win32-x64': 'win-x64',
}
/** Loading takes a tenth of a second; a cold network disk may take many. */
const longestLoadMs = 30_000

/** Loads no engine into this process. `platform` is `linux-x64` and the like. */
export async function probePrebuilt(
  env: Environment,
  platform = `${process.platform}-${process.arch}`,
): Promise<Availability> {
  const binary = await findBinary(platform)
  if (binary === null) {
    return {
      status: 'unavailable',
      reason: `there is no prebuilt llama.cpp for ${platform} in node_modules`,
      fix: Object.hasOwn(packages, platform)
        ? 'npm install --include=optional node-llama-cpp'
        : `Use one of ${Object.keys(packages).join(', ')}.`,
    }
  }
  const failure = await loadFailure(binary.path, env)
  return failure === null
    ? { status: 'available', detail: `node-llama-cpp ${binary.version}, prebuilt for ${platform}` }
    : {
        status: 'unavailable',
        reason: `the prebuilt llama.cpp does not load: ${failure}`,
        fix: platform.startsWith('linux')
          ? 'Use a Linux with glibc 2.31 or newer and libstdc++ (Debian 11, Ubuntu 20.04 or newer).'
          : null,
      }
}

async function findBinary(platform: string): Promise<{ path: string; version: string } | null> {
  try {
    // Resolved from node-llama-cpp, because a package manager may keep the binary inside it.
    const engine = createRequire(createRequire(import.meta.url).resolve('node-llama-cpp'))
    const entry = engine.resolve(`@node-llama-cpp/${packages[platform]}`)
    const root = join(dirname(entry), '..')
    const [folder = ''] = await readdir(join(root, 'bins'))
    const text = await readFile(join(root, 'package.json'), 'utf8')
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(text))
    return { path: join(root, 'bins', folder, 'llama-addon.node'), version }
  } catch {
    // Not installed, or not as we know it: in both cases there is nothing to load.
    return null
  }
}

/** The last line a child prints that fails to load the binary, or null when it loads. */
async function loadFailure(path: string, env: Environment): Promise<string | null> {
  const program = `process.dlopen({ exports: {} }, ${JSON.stringify(path)})`
  try {
    const exit = await runProgram({
      argv: [process.execPath, '-e', program],
      env,
      timeoutMs: longestLoadMs,
      silenceMs: null,
      clock: monotonicClock,
    })
    if (exit.code === 0) return null
    const said = exit.stderrTail.split('\n').find((line) => line.startsWith('Error: '))
    return said?.slice('Error: '.length) ?? `it ended with ${exit.signal ?? `code ${exit.code}`}`
  } catch (cause) {
    return messageOf(cause)
  }
}
