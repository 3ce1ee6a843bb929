/** `llem list`: what a study file may name. */

import { z } from 'zod'
import { AppError, type ExitCode, exitCodes } from '../../core/errors.ts'
import { paintFor } from '../../report/paint.ts'
import type { TextOptions } from '../../report/renderWarnings.ts'
import { loadSections } from '../../study/loadSections.ts'
import { type Io, isColor, widthOf } from '../io.ts'
import { listModels, renderModels } from '../list/listModels.ts'
import { listOptions, renderOptions } from '../list/listOptions.ts'
import { listPlugins, renderPlugins } from '../list/listPlugins.ts'
import { optionsIn } from '../list/optionsIn.ts'

const whatSchema = z.enum(['backends', 'sources', 'runners', 'models', 'options'])

export interface ListArguments {
  /** One of the choices that commander checked. */
  what: string
  /** Section whose options are listed. */
  name: string | undefined
  isJson: boolean
}

/** Prints the list. */
export async function listCommand(
  { what, name, isJson }: ListArguments,
  io: Io,
): Promise<ExitCode> {
  const options = {
    width: widthOf(io.stdout),
    paint: paintFor(isColor(io.stdout, io.env)),
  }
  const { entries, render } = await listOf(whatSchema.parse(what), name)
  io.stdout.write(isJson ? `${JSON.stringify(entries, null, 2)}\n` : render(options))
  return exitCodes.measured
}

interface List {
  entries: readonly unknown[]
  render(options: TextOptions): string
}

async function listOf(what: z.output<typeof whatSchema>, name: string | undefined): Promise<List> {
  if (name !== undefined && what !== 'options')
    throw new AppError('USAGE', { what: `expected no name with list ${what}, found ${name}` })
  switch (what) {
    case 'models': {
      const entries = listModels()
      return { entries, render: (options) => renderModels(entries, options) }
    }
    case 'options': {
      const sections = await loadSections()
      const all = listOptions(sections)
      const entries = name === undefined ? all : optionsIn(name, all, sections)
      return { entries, render: (options) => renderOptions(entries, options) }
    }
    case 'backends':
    case 'sources':
    case 'runners': {
      const entries = await listPlugins(what)
      return { entries, render: (options) => renderPlugins(entries, options) }
    }
  }
}
