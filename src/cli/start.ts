/** All of the command but its version, in one bundle. */

import { config } from 'zod'

// Most schemas are used once in a command: compiling them first costs more than it saves. Set before any is made.
config({ jitless: true })
void run()

async function run(): Promise<void> {
  const [{ processIo }, { runCli }] = await Promise.all([import('./io.ts'), import('./runCli.ts')])
  await runCli(process.argv.slice(2), processIo())
  // What is left (a probe past its limit, an idle socket) must not keep a finished command alive.
  process.stdout.write('', () => process.exit())
}
