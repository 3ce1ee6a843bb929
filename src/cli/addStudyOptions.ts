/** The flags that say what is measured, the same for all commands that take a study. */

import { type Command, Option } from 'commander'
import { runFlags } from './runFlags.ts'

export function addStudyOptions(command: Command): Command {
  for (const { flags, help } of runFlags) command.addOption(new Option(flags, help))
  return command.addOption(
    new Option('--set <path=value>', 'set any key of the study; repeatable').argParser(
      (value, before: string[] = []) => [...before, value],
    ),
  )
}
