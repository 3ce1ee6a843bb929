/** The command line: commands, flags and their help. What a command does is loaded when it is asked for. */

import { Command, Option } from 'commander'
import { exitCodes } from '../core/errors.ts'
import { version } from '../core/version.gen.ts'
import { type Io, widthOf } from './io.ts'
import { runFlags } from './runFlags.ts'

const exitCodesText = `
Exit codes:
  ${exitCodes.measured}    everything was measured
  ${exitCodes.bug}    a bug in llem
  ${exitCodes.badInput}    bad input: a flag, a study file, a model or a dataset that cannot be used
  ${exitCodes.environment}    this machine is not fit: no backend, no space, no permission
  ${exitCodes.someFailed}    some experiments failed
  ${exitCodes.noneSucceeded}    no experiment succeeded
  ${exitCodes.interrupted}  interrupted; finished experiments are kept`

const runText = `
Without FILE and --model it measures a small synthetic model with the embedded engine, in about a minute.
Flags and --set win over FILE. Progress goes to stderr, the result to stdout.

Examples:
  llem run
  llem run study.yaml --set decoder.temperature=0.7
  llem run --model hf:org/repo:q8_0 -n 50 --max-output-tokens 256
  llem run --backend fake --json | jq '.experiments[0].result.throughput'`

const planText = `
Takes the words of "llem run" and measures nothing. Times and energies are estimates: by earlier results with the same
backend, model and precision where the results directory has any, else guesses that say so.

Examples:
  llem plan study.yaml
  llem plan study.yaml --json | jq '.experiments[].label'`

const doctorText = `
Exits with ${exitCodes.measured} when the default backend and at least one way to get energy (a sensor or an estimate)
can be used here, else with ${exitCodes.environment}.`

const migrateText = `
The new study goes to stdout; what was left out and why goes to stderr. The file itself is not changed.

Example:
  llem migrate old.yaml > study.yaml`

const strictHelp = 'refuse what is otherwise measured with a warning, such as a busy machine'
const skipHelp =
  'start no container of each image beforehand, to see whether experiments can run there'
const eventsHelp = 'print every event as a line of JSON, when it happens, instead of text'
const limitedHelp = 'compare results whose load client was at its own limit, too'
const waitHelp = 'wait for devices that another study measures'

/** The whole program over its world. Parsing rejects with commander's own error for wrong usage. */
export function buildProgram(io: Io): Command {
  const program = new Command('llem')
    .description('Measures what LLM inference costs: energy, throughput and latency.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are thrown to the caller, who words all of them alike.
      writeErr: () => {},
      getOutHelpWidth: () => widthOf(io.stdout),
      getOutHasColors: () => false,
    })
    .addHelpText('after', exitCodesText)
  addRun(program, io)
  addPlan(program, io)
  addResume(program, io)
  addDoctor(program, io)
  addCalibrate(program, io)
  addList(program, io)
  addImage(program, io)
  addMigrate(program, io)
  addBenchClient(program, io)
  addFakeServer(program, io)
  return program
}

function addPlan(program: Command, io: Io): void {
  const plan = program
    .command('plan')
    .summary('show what a run would do, and what it may take')
    .description(
      'Shows the experiments of the study in FILE, what is left out, and what they may take.',
    )
    .argument('[file]', 'study file (.yaml, .yml, .json, .js or .mjs)')
  addStudyOptions(plan)
    .option('--strict', 'refuse combinations that cannot run')
    .option('--json', 'print all of the plan as one machine-readable record')
    .addHelpText('after', planText)
    .action(async (file: string | undefined, options: unknown) => {
      const { planCommand } = await import('./commands/plan.ts')
      io.setExitCode(await planCommand({ file, options }, io))
    })
}

/** The flags that say what is measured. */
function addStudyOptions(command: Command): Command {
  for (const { flags, help } of runFlags) command.addOption(new Option(flags, help))
  return command.addOption(
    new Option('--set <path=value>', 'set any key of the study; repeatable').argParser(
      (value, before: string[] = []) => [...before, value],
    ),
  )
}

function addRun(program: Command, io: Io): void {
  const run = program
    .command('run')
    .summary('measure, and keep the results')
    .description('Measures the study in FILE, or what the flags say.')
    .argument('[file]', 'study file (.yaml, .yml, .json, .js or .mjs)')
  addStudyOptions(run)
    .option(
      '--strict',
      'refuse what is otherwise skipped (combinations that cannot run) or measured with a warning (a busy machine)',
    )
    .option('--wait', waitHelp)
    .option('--skip-preflight', skipHelp)
    .option('--include-client-limited', limitedHelp)
    .option('-q, --quiet', 'no progress')
    .option('--json', 'print one machine-readable record instead of text')
    .addOption(new Option('--events', eventsHelp).conflicts('json'))
    .addHelpText('after', runText)
    .action(async (file: string | undefined, options: unknown) => {
      const { runCommand } = await import('./commands/run.ts')
      io.setExitCode(await runCommand({ file, options }, io))
    })
}

const resumeText = `
Runs what has no result yet, and again what failed. The study file may have got more execution.n_cycles and other limits
since; any other change is refused. Without DIR it goes on with the study that ran last and has something left.

Examples:
  llem resume
  llem resume results/sweep-2026-01-02T03-04-05`

function addResume(program: Command, io: Io): void {
  program
    .command('resume')
    .summary('go on with a study that ended early')
    .description('Goes on with the study in DIR: nothing that was measured is measured again.')
    .argument('[dir]', 'results directory of the study')
    .option('-o, --output <dir>', 'where results directories are, to find the last study in')
    .option('--strict', strictHelp)
    .option('--wait', waitHelp)
    .option('--skip-preflight', skipHelp)
    .option('--include-client-limited', limitedHelp)
    .option('-q, --quiet', 'no progress')
    .option('--json', 'print one machine-readable record instead of text')
    .addOption(new Option('--events', eventsHelp).conflicts('json'))
    .addHelpText('after', resumeText)
    .action(async (directory: string | undefined, options: unknown) => {
      const { resumeCommand } = await import('./commands/resume.ts')
      io.setExitCode(await resumeCommand({ directory, options }, io))
    })
}

function addDoctor(program: Command, io: Io): void {
  program
    .command('doctor')
    .summary('show what this machine can run and read')
    .description(
      'Shows every backend, energy source and runner: usable, or why not and what fixes it.',
    )
    .option('--json', 'print one machine-readable record instead of text')
    .addHelpText('after', doctorText)
    .action(async ({ json = false }: { json?: boolean }) => {
      const { doctorCommand } = await import('./commands/doctor.ts')
      io.setExitCode(await doctorCommand({ isJson: json }, io))
    })
}

const calibrateText = `
Takes about a minute and a half, and as long again for each NVIDIA GPU, and wants a machine that does nothing else. It keeps
every core but one busy in a square wave, then each GPU by itself, and reads the sensors every millisecond. What it finds is
kept in the cache directory by the id of the device, and later runs use it. CUDA_VISIBLE_DEVICES chooses the GPUs.`

function addCalibrate(program: Command, io: Io): void {
  program
    .command('calibrate')
    .summary('find out how the sensors of this machine behave')
    .description(
      'Finds out how often each sensor publishes, over what it averages and how late it is.',
    )
    .addHelpText('after', calibrateText)
    .action(async () => {
      const { calibrateCommand } = await import('./commands/calibrate.ts')
      io.setExitCode(await calibrateCommand(io))
    })
}

const imageText = `
  list   shows them: which backend runs in which, and whether it is here
  pull   fetches them, those that are here anew
  check  fetches what is missing and starts a container of each, as a run would

Example:
  llem image check study.yaml`

function addImage(program: Command, io: Io): void {
  program
    .command('image')
    .summary('list, pull or check the container images of a study')
    .description('Shows the container images that the study in FILE will use.')
    .addArgument(program.createArgument('<task>', 'what to do').choices(['list', 'pull', 'check']))
    .argument('<file>', 'study file (.yaml, .yml, .json, .js or .mjs)')
    .option('--json', 'print one machine-readable record instead of text')
    .addHelpText('after', imageText)
    .action(async (task: string, file: string, { json = false }: { json?: boolean }) => {
      const { imageCommand } = await import('./commands/image.ts')
      io.setExitCode(await imageCommand({ task, file, isJson: json }, io))
    })
}

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

function addList(program: Command, io: Io): void {
  program
    .command('list')
    .summary('list backends, sources, runners, models or options')
    .description(
      'Lists what a study file may name, and with "options" every key it may hold, or those of one section.',
    )
    .addArgument(
      program
        .createArgument('<what>', 'what to list')
        .choices(['backends', 'sources', 'runners', 'models', 'options']),
    )
    .argument('[name]', 'with "options": a backend, an energy source or another section')
    .option('--json', 'print JSON instead of text')
    .action(
      async (what: string, name: string | undefined, { json = false }: { json?: boolean }) => {
        const { listCommand } = await import('./commands/list.ts')
        io.setExitCode(await listCommand({ what, name, isJson: json }, io))
      },
    )
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
