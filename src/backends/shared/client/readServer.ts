/** What a server tells of itself on the side: its version and its models. Nothing here is needed for a measurement. */

import { z } from 'zod'
import { isRecord } from '../../../core/json.ts'

export interface ServerFacts {
  /** Null when it does not tell. */
  version: string | null
  /** Each as the server describes it; null when it does not tell. */
  models: readonly ServedModel[] | null
}

const servedModel = z.looseObject({ id: z.string() }).catchall(z.json())
type ServedModel = z.output<typeof servedModel>
const modelList = z.object({ data: z.array(servedModel) })

interface ReadOptions {
  apiKey: string | null
  signal: AbortSignal
}

/** A server that does not answer a question on the side within this long is not asked further. */
const timeoutMs = 5000

export async function readServer(baseUrl: string, options: ReadOptions): Promise<ServerFacts> {
  const [models, version] = await Promise.all([
    readJson(`${baseUrl.replace(/\/+$/, '')}/models`, options),
    readJson(new URL('/version', baseUrl).href, options),
  ])
  const list = modelList.safeParse(models)
  const said = isRecord(version) ? version['version'] : null
  return {
    version: typeof said === 'string' && said !== '' ? said : null,
    models: list.success ? list.data.data : null,
  }
}

/** The document at an address; null for any other answer, and for none. */
async function readJson(url: string, { apiKey, signal }: ReadOptions): Promise<unknown> {
  try {
    const response = await fetch(url, {
      headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    return response.ok ? await response.json() : null
  } catch {
    signal.throwIfAborted()
    // Not every server has this route, and one that is not there is told of by the client that needs it.
    return null
  }
}
