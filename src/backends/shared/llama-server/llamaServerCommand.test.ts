import { test } from 'node:test'
import { commandsText } from '../../../testing/commandsText.ts'
import { assertGolden } from '../../../testing/golden.ts'
import { llamaServerCommand } from './llamaServerCommand.ts'
import { llamaServerOptions } from './llamaServerOptions.ts'

test('the command lines of llama-server are these', () => {
  const text = commandsText({
    program: 'llama-server',
    options: llamaServerOptions,
    command: (config, options, place) =>
      llamaServerCommand(config, options, { ...place, cores: 7.5 }),
    cases: [
      { about: 'the least', config: {}, options: {} },
      { about: 'four at a time', config: { load: { concurrency: 4 } }, options: {} },
      {
        about: 'everything',
        config: { model: './model.gguf', random_seed: 7 },
        options: {
          threads: 4,
          gpu_layers: 20,
          context_size: 1000,
          parallel: 3,
          batch_size: 1024,
          ubatch_size: 256,
          flash_attention: true,
          cache_type_k: 'q8_0',
          cache_type_v: 'q8_0',
          continuous_batching: false,
          prefix_caching: true,
          split_mode: 'row',
          tensor_split: [3, 1],
          speculative: { type: 'draft-simple', model: './draft.gguf', max_tokens: 8 },
          extra_args: ['--load-mode', 'mlock'],
        },
      },
    ],
  })
  assertGolden('src/backends/golden/llama-server-commands.txt', text)
})
