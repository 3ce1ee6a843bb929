#!/usr/bin/env node
/** The `llem` command. The version is answered before anything else is loaded. */

import { version } from '../core/version.gen.ts'

const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  process.stdout.write(`${version}\n`)
} else {
  const { config } = await import('zod')
  // Most schemas are used once in a command: compiling them first costs more than it saves. Set before any is made.
  config({ jitless: true })
  const [{ processIo }, { runCli }] = await Promise.all([import('./io.ts'), import('./runCli.ts')])
  await runCli(words, processIo())
  // What is left (a probe past its limit, an idle socket) must not keep a finished command alive.
  process.stdout.write('', () => process.exit())
}
