import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp'
import { messageOf } from '../../../core/errors.ts'
import { quietContext } from '../../../testing/quietContext.ts'
import { requirePart } from '../../../testing/requirePart.ts'
import { resolveGguf } from './resolveGguf.ts'

const engine: Llama | string = await getLlama({
  build: 'never',
  gpu: false,
  maxThreads: 1,
  logLevel: LlamaLogLevel.error,
}).catch(messageOf)
after(async () => {
  if (typeof engine !== 'string') await engine.dispose()
})

for (const precision of ['fp32', 'fp16', 'bf16', 'q8_0', 'q4_0'] as const) {
  test(`llama.cpp loads a ${precision} model, maps bytes to tokens and generates`, async (t) => {
    if (!requirePart(t, 'llamacpp', typeof engine === 'string' ? engine : null)) return
    if (typeof engine === 'string') return
    const ctx = await quietContext(t)
    const { path } = await resolveGguf({ model: 'synthetic/tiny', precision, seed: 1, ctx })
    const model = await engine.loadModel({ modelPath: path })
    const text = 'Wörds <bos> [300]\n'
    const tokens = model.tokenize(text)
    assert.deepEqual(tokens.map(Number), [...Buffer.from(text)])
    assert.equal(model.detokenize(tokens), text)

    const context = await model.createContext({ contextSize: 256, threads: 1 })
    const generated: number[] = []
    const stream = context
      .getSequence()
      .evaluate(tokens, { temperature: 1, seed: 3, yieldEogToken: true })
    for await (const token of stream) if (generated.push(token) === 16) break
    assert.ok(new Set(generated).size > 8, 'random weights do not favor a few tokens')
    assert.ok(generated.some((token) => token >= 258))
    await model.dispose()
  })
}
