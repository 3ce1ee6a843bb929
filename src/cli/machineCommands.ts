/** Commands about the machine: what it can measure, how its sensors behave, what there is to choose from. */

import type { Command } from 'commander'
import { exitCodes } from '../core/errors.ts'
import type { Io } from './io.ts'

export function addMachineCommands(program: Command, io: Io): void {
  addDoctor(program, io)
  addCalibrate(program, io)
  addList(program, io)
  addImage(program, io)
}

const doctorText = `
Exits with ${exitCodes.measured} when the default backend and at least one way to get energy (a sensor or an estimate)
can be used here, else with ${exitCodes.environment}.`

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
