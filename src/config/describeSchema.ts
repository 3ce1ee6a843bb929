/** Says in the words of a person what a schema accepts and what a value is. Errors and the reference share them. */

import { quote } from '../core/quote.ts'
import { branchesOf, type SchemaNode } from './schemaNode.ts'

/** `a whole number from 1 to 20`, `true or false`, `one of fixed, uniform, lognormal`. */
export function describeSchema(node: SchemaNode): string {
  const branches = branchesOf(node)
  if (branches.length > 1) return joined([...new Set(branches.map(describeSchema))])
  if (node.const !== undefined) return String(node.const)
  if (node.enum !== undefined) return oneOf(node.enum.map(String))
  if (Array.isArray(node.type))
    return joined(node.type.map((type) => describeSchema({ ...node, type })))
  switch (node.type) {
    case 'integer':
      return `a whole number${bounds(node)}`
    case 'number':
      return `a number${bounds(node)}`
    case 'string':
      return describeText(node)
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return describeList(node)
    case 'object':
      return typeof node.additionalProperties === 'object' &&
        Object.keys(node.additionalProperties).length > 0
        ? `a section of names, each ${describeSchema(node.additionalProperties)}`
        : 'a section of keys'
    default:
      return 'any value'
  }
}

/** A value as it would be quoted in a sentence: `"abc"`, `5`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value))
    return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object') return 'a section of keys'
  return String(value)
}

/** `a`, `a or b`, `a, b or c`. */
export function joined(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

const oneOf = (words: readonly string[]): string =>
  words.length < 3 ? joined(words) : `one of ${words.join(', ')}`

function describeText({ format, minLength = 0, maxLength }: SchemaNode): string {
  const parts = [
    ...(format === undefined ? [] : [` in the format ${format}`]),
    ...(minLength > 1 ? [` of at least ${minLength} characters`] : []),
    ...(maxLength === undefined ? [] : [` of at most ${maxLength} characters`]),
  ]
  return `text${parts.join(' and')}`
}

function describeList({ items, minItems = 0, maxItems }: SchemaNode): string {
  const item = typeof items === 'object' && !Array.isArray(items) ? items : {}
  const plural =
    item.enum === undefined
      ? { string: ' of texts', number: ' of numbers', integer: ' of whole numbers' }[
          String(item.type)
        ]
      : ` of ${item.enum.join(', ')}`
  const length = [
    ...(minItems > 0 && minItems !== maxItems ? [` with at least ${minItems}`] : []),
    ...(maxItems === undefined
      ? []
      : [` with ${minItems === maxItems ? 'exactly ' : 'at most '}${maxItems}`]),
  ]
  return `a list${plural ?? ''}${length.join(' and')}`
}

/** Zod bounds every whole number by what a double holds exactly; nobody wants to read that. */
function bounds(node: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = node
  const step = multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}${step}`
  const parts = [
    ...(typeof exclusiveMinimum === 'number' ? [`above ${exclusiveMinimum}`] : []),
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(typeof exclusiveMaximum === 'number' ? [`below ${exclusiveMaximum}`] : []),
    ...(most === undefined ? [] : [`of at most ${most}`]),
  ]
  return `${parts.length === 0 ? '' : ` ${parts.join(' and ').replace('and of', 'and')}`}${step}`
}
