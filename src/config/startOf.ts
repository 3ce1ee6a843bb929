/** The offset in the text at which a node of a YAML document begins; undefined when it did not come from a text. */
export function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined
}
