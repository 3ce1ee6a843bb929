/**
 * The section `pytorch:` of an experiment. Values are those of `generation/configuration_utils.py`, `modeling_utils.py` and
 * `utils/quantization_config.py` of transformers 4.56.0 and 5.23.0; flash_attention_4 is of the latter alone.
 */

import { z } from 'zod'

const count = z.int().min(1)

export const pytorchOptions = z.strictObject({
  python: z
    .string()
    .min(1)
    .default('python3')
    .describe('Python with torch and transformers: a name in the PATH or a path'),
  device: z
    .string()
    .regex(/^(auto|cpu|mps|(cuda|xpu)(:\d+)?)$/, {
      error: 'expected auto, cpu, cuda, cuda:0, xpu or mps',
    })
    .default('auto')
    .describe(
      'where the model runs; auto: the first accelerator that torch can use, else the CPU; a named one that is not there is an error',
    ),
  device_map: z
    .enum(['auto', 'balanced', 'balanced_low_0', 'sequential'])
    .optional()
    .describe('spread the model over several devices with accelerate; absent: all of it on device'),
  max_memory: z
    .record(z.string().regex(/^(\d+|cpu)$/), z.string().regex(/^\d+(\.\d+)?(MB|MiB|GB|GiB)$/))
    .optional()
    .describe(
      'most memory that device_map may take, by number of the accelerator or cpu: {0: 20GiB}',
    ),
  batch_size: count
    .optional()
    .describe('requests that start together and end together; absent: as many as can be in flight'),
  threads: count
    .optional()
    .describe(
      'CPU threads; absent: the physical cores this process may use, by affinity and quota',
    ),
  attn_implementation: z
    .enum([
      'eager',
      'sdpa',
      'flash_attention_2',
      'flash_attention_3',
      'flash_attention_4',
      'flex_attention',
    ])
    .optional()
    .describe(
      "attention kernel; absent: transformers' own choice; one that cannot be had is an error",
    ),
  torch_compile: z.boolean().default(false).describe('compile the forward pass with torch.compile'),
  torch_compile_mode: z
    .enum(['default', 'reduce-overhead', 'max-autotune', 'max-autotune-no-cudagraphs'])
    .optional()
    .describe('mode of torch.compile'),
  torch_compile_backend: z.string().min(1).optional().describe('backend of torch.compile'),
  allow_tf32: z
    .boolean()
    .default(false)
    .describe('multiply float32 matrices with the precision of TF32'),
  load_in_4bit: z.boolean().default(false).describe('quantize to 4 bits with bitsandbytes'),
  load_in_8bit: z.boolean().default(false).describe('quantize to 8 bits with bitsandbytes'),
  bnb_4bit_quant_type: z.enum(['nf4', 'fp4']).optional().describe('4-bit type'),
  bnb_4bit_compute_dtype: z
    .enum(['fp32', 'fp16', 'bf16'])
    .optional()
    .describe('precision that 4-bit weights are computed in'),
  bnb_4bit_use_double_quant: z
    .boolean()
    .optional()
    .describe('quantize the scales of 4-bit weights too'),
  use_cache: z
    .boolean()
    .default(true)
    .describe(
      'keep keys and values from step to step; false computes the whole text at every step',
    ),
  cache_implementation: z
    .enum(['dynamic', 'static', 'offloaded', 'offloaded_static', 'quantized'])
    .optional()
    .describe('kind of cache; absent: dynamic, or what the model asks for'),
  num_beams: count.default(1).describe('beams of a beam search; 1 is none'),
  early_stopping: z
    .boolean()
    .optional()
    .describe('end a beam search when it has num_beams whole answers'),
  length_penalty: z.number().optional().describe('above 0 favors longer beams'),
  no_repeat_ngram_size: z
    .int()
    .min(0)
    .default(0)
    .describe('no sequence of so many tokens comes twice; 0 is off'),
  assistant_model: z
    .string()
    .min(1)
    .optional()
    .describe('small model that drafts tokens (assisted decoding), named as model is'),
  num_assistant_tokens: count
    .optional()
    .describe('tokens that the assistant drafts at a time; absent: as many as go well'),
  prompt_lookup_num_tokens: count
    .optional()
    .describe('draft so many tokens from the prompt itself (prompt lookup decoding)'),
  trust_remote_code: z.boolean().default(false).describe('run code that comes with the model'),
  revision: z.string().min(1).optional().describe('branch, tag or commit of a model of the hub'),
  ready_timeout_seconds: z
    .number()
    .positive()
    .default(1800)
    .describe('longest wait until the model is loaded; downloads count'),
  stall_timeout_seconds: z
    .number()
    .positive()
    .default(300)
    .describe('a batch of which nothing is heard for this long has failed, and Python is ended'),
})
export type PytorchOptions = z.output<typeof pytorchOptions>
