/** What transformers or torch would reject or ignore, told while planning. Pure. */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { inFlightLimit } from '../../../config/loadConfig.ts'
import type { Breach, EngineRule } from '../server/checkRules.ts'
import type { PytorchOptions } from './pytorchOptions.ts'

type Rule = (options: PytorchOptions, config: ExperimentConfig) => Breach | null

const breach = (key: keyof PytorchOptions, message: string, hint: string): Breach => ({
  key,
  message,
  hint,
})

const isAssisted = ({ assistant_model, prompt_lookup_num_tokens }: PytorchOptions): boolean =>
  assistant_model !== undefined || prompt_lookup_num_tokens !== undefined

/** Keys that say nothing unless `needed` is on. */
const idle =
  (
    needed: string,
    isOn: (options: PytorchOptions) => boolean,
    keys: (keyof PytorchOptions)[],
  ): Rule =>
  (options) => {
    const found = keys.find((key) => options[key] !== undefined)
    return found === undefined || isOn(options)
      ? null
      : breach(found, `expected ${needed} with ${found}`, `add ${needed}, or remove ${found}`)
  }

const rules: readonly Rule[] = [
  ({ batch_size }, config) => {
    const limit = inFlightLimit(config)
    return batch_size === undefined || limit === null || batch_size <= limit
      ? null
      : breach(
          'batch_size',
          `expected no more than the ${limit} requests that can be in flight, found ${batch_size}: no batch would be full`,
          config.load.mode === 'closed' ? `set load.concurrency to ${batch_size}` : 'lower it',
        )
  },
  (options, config) => {
    const size = options.batch_size ?? inFlightLimit(config)
    return !isAssisted(options) || size === 1
      ? null
      : breach('batch_size', 'expected 1 with assisted decoding', 'set batch_size: 1')
  },
  ({ assistant_model, prompt_lookup_num_tokens }) =>
    assistant_model === undefined || prompt_lookup_num_tokens === undefined
      ? null
      : breach(
          'prompt_lookup_num_tokens',
          'expected one way to draft tokens, found assistant_model too',
          'remove one of the two',
        ),
  (options) =>
    options.num_beams > 1 && isAssisted(options)
      ? breach(
          'num_beams',
          `expected 1 with assisted decoding, found ${options.num_beams}`,
          'remove it',
        )
      : null,
  ({ load_in_4bit, load_in_8bit }) =>
    load_in_4bit && load_in_8bit
      ? breach('load_in_8bit', 'expected 4 or 8 bits, found both', 'remove one of the two')
      : null,
  ({ device, device_map }) =>
    device !== 'auto' && device_map !== undefined
      ? breach('device_map', `expected one of device and device_map, found both`, 'remove device')
      : null,
  ({ cache_implementation, use_cache }) =>
    cache_implementation !== undefined && !use_cache
      ? breach('cache_implementation', 'expected use_cache true with it', 'remove use_cache: false')
      : null,
  (options) =>
    !options.use_cache && isAssisted(options)
      ? breach('use_cache', 'expected true with assisted decoding', 'remove it')
      : null,
  ({ attn_implementation }, { precision }) =>
    attn_implementation?.startsWith('flash') && precision === 'fp32'
      ? breach(
          'attn_implementation',
          `expected precision fp16 or bf16 with ${attn_implementation}, found fp32`,
          'use sdpa',
        )
      : null,
  idle('torch_compile: true', ({ torch_compile }) => torch_compile, [
    'torch_compile_mode',
    'torch_compile_backend',
  ]),
  idle('load_in_4bit: true', ({ load_in_4bit }) => load_in_4bit, [
    'bnb_4bit_quant_type',
    'bnb_4bit_compute_dtype',
    'bnb_4bit_use_double_quant',
  ]),
  idle('device_map', ({ device_map }) => device_map !== undefined, ['max_memory']),
  idle('num_beams above 1', ({ num_beams }) => num_beams > 1, ['early_stopping', 'length_penalty']),
  idle('assistant_model', ({ assistant_model }) => assistant_model !== undefined, [
    'num_assistant_tokens',
  ]),
]

/**
 * Read in transformers 4.56.0 and 5.23.0: `generation/utils.py` (one request with an assistant, no beams beside it),
 * `utils/quantization_config.py` (4 or 8 bits), `modeling_utils.py` (16 bits for flash attention); the rest says nothing alone.
 */
export const pytorchRules: readonly EngineRule<PytorchOptions>[] = rules.map((broken) => ({
  holdsFor: '4.56 to 5.23',
  broken,
}))
