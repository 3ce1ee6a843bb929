// The reference of the command line: the help of every command, as the program itself prints it.
import { buildProgram } from '../../dist/cli/program.js'
import { page } from './markdown.mjs'

export function renderCli() {
  let written = ''
  const stdout = {
    columns: 100,
    write(text) {
      written += text
      return true
    },
  }
  const program = buildProgram({ stdout, stderr: stdout, env: {} })
  const helpOf = (command) => {
    written = ''
    command.outputHelp()
    return `\`\`\`text\n${written.trimEnd()}\n\`\`\``
  }
  return page(
    'Command line',
    helpOf(program),
    ...program.commands.flatMap((command) => [`## llem ${command.name()}`, helpOf(command)]),
  )
}
