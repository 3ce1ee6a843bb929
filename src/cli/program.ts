/** The command line: commands, flags and their help. What a command does is loaded when it is asked for. */

import { Command, Option } from 'commander'
import { exitCodes } from '../core/errors.ts'
import { version } from '../core/version.gen.ts'
import { addStudyOptions } from './addStudyOptions.ts'
import { type Io, widthOf } from './io.ts'
import { addMachineCommands } from './machineCommands.ts'
import { addToolCommands } from './toolCommands.ts'

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
  addMachineCommands(program, io)
  addToolCommands(program, io)
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
