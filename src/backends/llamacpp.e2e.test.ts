import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { monotonicClock } from '../core/clock.ts'
import { runProgram } from '../core/process.ts'
import { requirePart } from '../testing/requirePart.ts'
import { backend } from './llamacpp.ts'

/** Opens, generates and closes twice, then says so: a worker's stdout holds nothing but events. */
const program = (dir: string): string => `
  import { z } from '${import.meta.resolve('zod')}'
  import { experimentFields } from '${new URL('../config/experimentConfig.js', import.meta.url)}'
  import { monotonicClock } from '${new URL('../core/clock.js', import.meta.url)}'
  import { backend } from '${new URL('./llamacpp.js', import.meta.url)}'
  const { signal } = new AbortController()
  const dir = ${JSON.stringify(dir)}
  const ctx = { clock: monotonicClock, env: {}, signal, cacheDir: dir, runDir: dir, emit() {} }
  const config = z.object(experimentFields).parse({ model: 'synthetic/tiny' })
  const options = backend.options.parse({ gpu: 'off', threads: 1 })
  for (let round = 0; round < 2; round++) {
    const session = await backend.open(config, options, ctx)
    const request = { index: 0, prompt: 'hi', promptTokens: null, maxOutputTokens: 4, seed: 1 }
    await session.generate(request, () => {}, signal)
    await session[Symbol.asyncDispose]()
  }
  console.log('done')
`

test('the engine prints nothing, not even when it is opened again', async (t) => {
  const found = await backend.probe(process.env)
  if (!requirePart(t, 'llamacpp', found.status === 'available' ? null : found.reason)) return
  const dir = await mkdtemp(join(tmpdir(), 'llem-stdout-'))
  t.after(() => rm(dir, { recursive: true }))
  const lines: string[] = []
  // A file and not `-e`: the engine tries its binary in a fork, which inherits Node's own arguments.
  const file = join(dir, 'program.mjs')
  await writeFile(file, program(dir))
  const exit = await runProgram({
    argv: [process.execPath, file],
    env: process.env,
    timeoutMs: 60_000,
    silenceMs: null,
    clock: monotonicClock,
    onLine: (line) => lines.push(line),
  })
  assert.deepEqual(
    { code: exit.code, lines, stderr: exit.stderrTail },
    { code: 0, lines: ['done'], stderr: '' },
  )
})
