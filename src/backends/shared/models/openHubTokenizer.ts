/** The tokenizer of a model of Hugging Face's form, read from its files: for an engine that does not let us ask its own. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tokenizer as HubTokenizer } from '@huggingface/tokenizers'
import type { WorkerContext } from '../../../core/context.ts'
import { downloadHubFile } from '../../../core/hub/downloadHubFile.ts'
import { isRecord } from '../../../core/json.ts'
import type { Tokenizer } from '../../backend.ts'

const fileNames = ['tokenizer.json', 'tokenizer_config.json'] as const

interface HubTokenizerSource {
  /** A directory, or `org/name` of the hub. */
  path: string
  isRemote: boolean
}

/** Null for a model without these files, and for one whose kind of tokenizer is not known here: its prompts go as text. */
export async function openHubTokenizer(
  { path, isRemote }: HubTokenizerSource,
  ctx: WorkerContext,
): Promise<Tokenizer | null> {
  try {
    const directory = isRemote ? await download(path, ctx) : path
    const [tokenizer, config] = await Promise.all(
      fileNames.map((name) => readRecord(join(directory, name))),
    )
    if (tokenizer === undefined || config === undefined) return null
    // Loaded when it is needed: every command opens this file, and hardly one a tokenizer.
    const library = await import('@huggingface/tokenizers')
    return wrap(new library.Tokenizer(tokenizer, config))
  } catch {
    ctx.signal.throwIfAborted()
    // Old models have no tokenizer.json, and some tokenizers are not implemented: nothing is lost but exact lengths.
    return null
  }
}

function wrap(tokenizer: HubTokenizer): Tokenizer {
  // What stands before every text (a token that says "begin") is no part of it.
  const start: number[] = tokenizer.encode('').ids
  return {
    encode: (text) => tokenizer.encode(text).ids,
    decode(tokens) {
      const hasStart = start.every((token, index) => tokens[index] === token)
      return tokenizer.decode([...(hasStart ? tokens.slice(start.length) : tokens)], {
        skip_special_tokens: false,
        clean_up_tokenization_spaces: false,
      })
    },
  }
}

async function readRecord(path: string): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (!isRecord(value)) throw new Error(`${path} is no JSON object`)
  return value
}

/** Small files, looked up each time unless they are here: the engine fetches the model itself, wherever it keeps it. */
async function download(repository: string, ctx: WorkerContext): Promise<string> {
  const directory = join(ctx.cacheDir, 'hub', 'models', repository)
  for (const name of fileNames) {
    const target = join(directory, name)
    const isHere = await readFile(target).then(
      () => true,
      () => false,
    )
    if (isHere) continue
    const source = { type: 'model', name: repository } as const
    await downloadHubFile({ repository: source, path: name, target, ctx })
  }
  return directory
}
