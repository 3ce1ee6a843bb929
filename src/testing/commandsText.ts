/** The command lines of an engine for some configurations, as a text that a person can read and approve. */

import { type ZodType, z } from 'zod'
import type { ServerPlace } from '../backends/shared/server/serverEngine.ts'
import { type ExperimentConfig, experimentFields } from '../config/experimentConfig.ts'

interface Commands<O> {
  program: string
  options: ZodType<O>
  command(config: ExperimentConfig, options: O, place: ServerPlace): string[]
  cases: readonly {
    about: string
    /** As written, but for the backend. */
    config: Record<string, unknown>
    options: Record<string, unknown>
  }[]
}

/** Where a model would have been found, and a port that was free. */
const place = {
  port: 18_000,
  sparePorts: [18_001, 18_002],
  runDir: '/run',
  cacheDir: '/cache',
} as const

export function commandsText<O>({ program, options, command, cases }: Commands<O>): string {
  const texts = cases.map(({ about, config, options: chosen }) => {
    const parsed = z.object(experimentFields).parse({ model: 'synthetic/tiny', ...config })
    const isSynthetic = parsed.model.startsWith('synthetic/')
    const model = {
      path: isSynthetic ? '/cache/tiny' : parsed.model.replace(/^hf:/, ''),
      facts: null,
      hasDummyWeights: isSynthetic,
      isRemote: parsed.model.startsWith('hf:'),
    }
    const argv = command(parsed, options.parse(chosen), { ...place, model })
    return `# ${about}\n${lineOf([program, ...argv])}\n`
  })
  return texts.join('\n')
}

/** A flag begins a line, with its values behind it. */
const lineOf = (argv: readonly string[]): string =>
  argv.reduce((text, part) => `${text}${part.startsWith('-') ? '\n  ' : ' '}${part}`)
