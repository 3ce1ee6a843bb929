/** Short texts that tell the experiments of a study apart: only what differs between them, as it was written. Pure. */

import { posix } from 'node:path'
import type { PlannedExperiment } from '../store/planFile.ts'
import { fieldReader } from './sweptFieldsOf.ts'

export type Unlabelled = Pick<PlannedExperiment, 'configHash' | 'backend' | 'declared'>

/**
 * One label per experiment, no two alike: `smollm2-135m q8_0 concurrency=8`. What an experiment leaves to its default is
 * left out; one that leaves everything is `default`, and one that is alone is named by backend, model and precision.
 */
export function planLabels(
  experiments: readonly Unlabelled[],
  sweptFields: readonly string[],
): string[] {
  const isAlone = sweptFields.length === 0
  const fields = isAlone ? plainFields : inOrder(sweptFields)
  const columns = fields.map((field) => columnOf(field, fields, experiments))
  const taken = new Set<string>()
  return experiments.map((experiment) => {
    let text = ''
    for (const textOf of columns) {
      const part = textOf(experiment)
      if (part !== '') text += text === '' ? part : ` ${part}`
    }
    text ||= 'default'
    const label = taken.has(text) ? `${text} #${experiment.configHash.slice(0, 8)}` : text
    taken.add(label)
    return label
  })
}

/** Fields whose values speak for themselves, and come first. */
const plainFields: readonly string[] = ['backend', 'model', 'precision']

function inOrder(fields: readonly string[]): string[] {
  const others = fields.filter((field) => !plainFields.includes(field))
  return [...plainFields.filter((field) => fields.includes(field)), ...others]
}

/** What one field adds to a label; empty for nothing. */
function columnOf(
  field: string,
  fields: readonly string[],
  experiments: readonly Unlabelled[],
): (experiment: Unlabelled) => string {
  const name = plainFields.includes(field) ? '' : `${shortName(field, fields)}=`
  const read = fieldReader(field)
  const values = new Set(experiments.map(read))
  const shorten = shortener([...values].filter((value) => typeof value === 'string'))
  const texts = new Map(
    Array.from(values, (value) => [value, value === null ? '' : `${name}${textOf(value)}`]),
  )
  return (experiment) => texts.get(read(experiment)) ?? ''

  function textOf(value: unknown): string {
    if (typeof value === 'string') return withoutSpaces(shorten(value))
    if (Array.isArray(value)) return `[${value.map((member) => textOf(member)).join(',')}]`
    return withoutSpaces(JSON.stringify(value))
  }
}

/** Spaces stand between the parts of a label. */
const withoutSpaces = (text: string): string => text.replace(/\s+/g, '_').slice(0, longestText)
const longestText = 60

/** The last part of a dotted path, or all of it where another field ends alike. */
function shortName(field: string, fields: readonly string[]): string {
  const last = lastOf(field)
  return fields.filter((other) => lastOf(other) === last).length === 1 ? last : field
}

const lastOf = (field: string): string => field.slice(field.lastIndexOf('.') + 1)

/** Names of models and files without what lies before their last slash and without `.gguf`, as long as no two become one. */
function shortener(texts: readonly string[]): (text: string) => string {
  const ways = [
    (text: string) => posix.basename(text, '.gguf'),
    (text: string) => posix.basename(text),
  ]
  const isFair = (way: (text: string) => string) => new Set(texts.map(way)).size === texts.length
  return ways.find(isFair) ?? ((text) => text)
}
