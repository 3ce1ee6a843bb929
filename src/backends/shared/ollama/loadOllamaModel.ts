/** Makes a model known to Ollama's server: created from a GGUF file of ours, or pulled by its name. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { WorkerContext } from '../../../core/context.ts'
import { AppError } from '../../../core/errors.ts'
import { askText } from '../server/askServer.ts'
import type { ModelLoading } from '../server/serverEngine.ts'
import type { EngineServer } from '../server/startServer.ts'
import type { OllamaOptions } from './ollamaOptions.ts'

type Loading = ModelLoading<OllamaOptions>

/** Pulls and copies take as long as the network and the disk do: the experiment has a limit of its own. */
const longestMs = 2 ** 31 - 1

/** The name under which it is served. */
export async function loadOllamaModel(wanted: Loading, ctx: WorkerContext): Promise<string> {
  const { server, model } = wanted
  const pulled = model.isRemote ? await pull(server, model.path) : await addFile(server, model.path)
  const from = model.isRemote ? { from: pulled } : { files: { 'model.gguf': pulled } }
  // A model of our own even of a pulled one: its settings are part of the experiment.
  const name = `llem-${createHash('sha256').update(pulled).digest('hex').slice(0, 12)}`
  await ask(server, '/api/create', {
    model: name,
    ...from,
    // The prompt as it is, as on every other backend.
    template: '{{ .Prompt }}',
    parameters: parametersOf(wanted),
    stream: false,
  })
  ctx.signal.throwIfAborted()
  return name
}

/** What its API for OpenAI's clients cannot be asked for belongs to the model. */
function parametersOf({ config: { decoder }, chosen }: Loading): Record<string, number> {
  const { gpu_layers, threads, batch_size } = chosen
  return {
    top_k: decoder.top_k,
    min_p: decoder.min_p,
    repeat_penalty: decoder.repetition_penalty,
    repeat_last_n: -1,
    ...(gpu_layers === undefined ? {} : { num_gpu: gpu_layers }),
    ...(threads === undefined ? {} : { num_thread: threads }),
    ...(batch_size === undefined ? {} : { num_batch: batch_size }),
  }
}

async function pull(server: EngineServer, name: string): Promise<string> {
  await ask(server, '/api/pull', { model: name, stream: false })
  return name
}

/** The digest under which the server has the file. */
async function addFile({ url, signal }: EngineServer, path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) {
    signal.throwIfAborted()
    hash.update(chunk)
  }
  const digest = `sha256:${hash.digest('hex')}`
  const blob = `${url}/api/blobs/${digest}`
  const found = await fetch(blob, { method: 'HEAD', signal })
  if (found.ok) return digest
  const sent = await fetch(blob, {
    method: 'POST',
    headers: { 'content-length': String((await stat(path)).size) },
    body: Readable.toWeb(createReadStream(path)),
    duplex: 'half',
    signal,
  })
  if (!sent.ok) throw refused(`it did not take the file: ${await sent.text()}`)
  return digest
}

async function ask({ url, signal }: EngineServer, path: string, body: unknown): Promise<void> {
  const answer = await askText(`${url}${path}`, { body, signal, timeoutMs: longestMs })
  if (answer === null) throw refused(`it refused ${path} for ${JSON.stringify(body).slice(0, 200)}`)
}

const refused = (cause: string): AppError =>
  new AppError('BACKEND_FAILED', { backend: 'ollama', cause })
