/** Finds the part of a JSON Schema that stands at a path, and the keys it knows. */

import { z } from 'zod'

export type SchemaNode = z.core.JSONSchema.BaseSchema
type Path = readonly (string | number)[]

/** A schema of zod as the JSON Schema of what may be written. */
export function schemaNodeOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

/** The schema of the value at `path`; several branches of a union are joined again. Null when nothing may stand there. */
export function schemaAt(root: SchemaNode, path: Path): SchemaNode | null {
  let nodes = [root]
  for (const part of path) nodes = nodes.flatMap(branchesOf).flatMap((node) => childOf(node, part))
  const [first] = nodes
  if (first === undefined) return null
  return nodes.length === 1 ? first : { anyOf: nodes }
}

/** The alternatives of a union, the node itself when it is none. */
export function branchesOf(node: SchemaNode): SchemaNode[] {
  const branches = node.anyOf ?? node.oneOf
  return branches === undefined ? [node] : branches.flatMap(branchesOf)
}

/** Keys that may be written directly in a section, sorted; for a map with listed names, those names. */
export function keysOf(node: SchemaNode): string[] {
  const keys = branchesOf(node).flatMap(({ properties, propertyNames }) => [
    ...Object.keys(properties ?? {}),
    ...(typeof propertyNames === 'object' ? (propertyNames.enum ?? []).map(String) : []),
  ])
  return [...new Set(keys)].sort()
}

/** The path of every key of the schema, outermost first. */
export function allKeyPaths(node: SchemaNode, prefix: readonly string[] = []): string[][] {
  const own = branchesOf(node).flatMap(({ properties }) => Object.entries(properties ?? {}))
  return [
    ...own.map(([key]) => [...prefix, key]),
    ...own.flatMap(([key, child]) =>
      typeof child === 'object' ? allKeyPaths(child, [...prefix, key]) : [],
    ),
  ]
}

function childOf(node: SchemaNode, part: string | number): SchemaNode[] {
  const child = typeof part === 'number' ? itemOf(node, part) : memberOf(node, part)
  return typeof child === 'object' ? [child] : []
}

function itemOf({ prefixItems, items }: SchemaNode, index: number) {
  return prefixItems?.[index] ?? (Array.isArray(items) ? items[index] : items)
}

function memberOf({ properties, additionalProperties }: SchemaNode, key: string) {
  return properties !== undefined && Object.hasOwn(properties, key)
    ? properties[key]
    : additionalProperties
}
