/** The keys of one section of a study file: of a backend, of an energy source, or another. */

import type { Sections } from '../../config/experimentSchema.ts'
import { AppError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import type { OptionEntry } from './listOptions.ts'

/** `name` is the section's own or its path; throws `USAGE` for one that is not there, with the nearest. */
export function optionsIn(
  name: string,
  options: readonly OptionEntry[],
  { backends, sources }: Sections,
): OptionEntry[] {
  const found = options.filter(({ key }) => isBelow(key, name))
  const plugins = [...backends, ...sources].map((plugin) => plugin.name)
  // One that is there may have no keys.
  if (found.length > 0 || plugins.includes(name)) return found
  const sections = options.flatMap(({ key }) => key.split('.').slice(0, -1))
  const near = nearest(name, [...new Set([...plugins, ...sections])])
  throw new AppError('USAGE', {
    what: `expected a backend, an energy source or another section, found ${name}`,
    ...(near === null ? {} : { suggestion: `Did you mean ${near}?` }),
  })
}

const isBelow = (key: string, section: string): boolean =>
  key.startsWith(`${section}.`) || key.includes(`.${section}.`)
