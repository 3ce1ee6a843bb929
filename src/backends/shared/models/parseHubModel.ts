/** The text that names a model of the Hugging Face hub. */

export type HubModel = { repository: string; quant: string } | { repository: string; file: string }

/** `hf:org/repo:quant` or `hf:org/repo/path/file.gguf`; null for anything else, above all for a path that climbs. */
export function parseHubModel(model: string): HubModel | null {
  const [, repository, quant, file] =
    /^hf:(\w[\w.-]*\/\w[\w.-]*)(?::(\w[\w.-]*)|\/((?:\w[^/]*\/)*\w[^/]*\.gguf))$/.exec(model) ?? []
  if (repository === undefined) return null
  if (quant !== undefined) return { repository, quant }
  return file === undefined ? null : { repository, file }
}
