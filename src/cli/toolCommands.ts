/** Commands beside measuring: for studies of another tool, and for the load client and its server. */

import { type Command, Option } from 'commander'
import { addStudyOptions } from './addStudyOptions.ts'
import type { Io } from './io.ts'

export function addToolCommands(program: Command, io: Io): void {
  addMigrate(program, io)
  addBenchClient(program, io)
  addFakeServer(program, io)
}

const migrateText = `
The new study goes to stdout; what was left out and why goes to stderr. The file itself is not changed.

Example:
  llem migrate old.yaml > study.yaml`

function addMigrate(program: Command, io: Io): void {
  program
    .command('migrate')
    .summary('rewrite a study of the Python tool')
    .description(
      'Prints a study that was written for the Python tool of the same name in the words of this one, with its comments.',
    )
    .argument('<file>', 'study file of the Python tool (.yaml, .yml or .json)')
    .addHelpText('after', migrateText)
    .action(async (file: string) => {
      const { migrateCommand } = await import('./commands/migrate.ts')
      io.setExitCode(await migrateCommand({ file }, io))
    })
}

const benchClientText = `
Takes the words of "llem run". The load of each experiment is sent to the fake engine server, in a process of its own and with a
speed that is known, through the same client and worker; nothing of the study's engine runs and no energy is read. What
differs from the server is the client's: run it where the study will run, and lower the load where it says so.

Example:
  llem bench-client study.yaml --tokens-per-second 100`

function addBenchClient(program: Command, io: Io): void {
  const bench = program
    .command('bench-client')
    .summary("measure the load client's own bias at the load of a study")
    .description('Replays the load of the study in FILE against a fake engine of known speed.')
    .argument('[file]', 'study file (.yaml, .yml, .json, .js or .mjs)')
  addStudyOptions(bench)
    .option('--ttft-ms <ms>', 'time to the first token of the fake engine, 50 when left out')
    .option('--tokens-per-second <rate>', 'rate of one of its streams, 50 when left out')
    .option('-q, --quiet', 'no progress')
    .option('--json', 'print one machine-readable record instead of text')
    .addHelpText('after', benchClientText)
    .action(async (file: string | undefined, options: unknown) => {
      const { benchClientCommand } = await import('./commands/bench-client.ts')
      io.setExitCode(await benchClientCommand({ file, options }, io))
    })
}

const fakeServerText = `
Prints its address as a line of JSON and serves until Ctrl-C: completions and chat, streamed or whole, /v1/models, /version,
/health and /metrics. All options, with 19 faults, are in docs/reference/fake-server.md.

Examples:
  llem fake-server --set port=8000 --set tokens_per_second=200 --set jitter=0.2
  llem fake-server --set tokens_per_chunk=4 --set 'faults=[{every: 10, fault: {kind: stall, after_tokens: 3}}]'`

function addFakeServer(program: Command, io: Io): void {
  program
    .command('fake-server')
    .summary('serve made-up tokens at a stated rate, with faults on demand')
    .description('Runs an OpenAI-compatible server without an engine, to try things against.')
    .addOption(
      new Option('--set <key=value>', 'set an option; repeatable').argParser(
        (value, before: string[] = []) => [...before, value],
      ),
    )
    .addHelpText('after', fakeServerText)
    .action(async ({ set = [] }: { set?: string[] }) => {
      const { fakeServerCommand } = await import('./commands/fake-server.ts')
      io.setExitCode(await fakeServerCommand({ sets: set }, io))
    })
}
