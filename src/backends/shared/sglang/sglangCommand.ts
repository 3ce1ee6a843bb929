/**
 * The command line of `sglang serve`, which is there since SGLang 0.5.5: flags checked against `python/sglang/srt/arg_groups`
 * and `server_args.py` of 0.5.5, 0.5.12 and 0.5.23. Pure.
 */

import type { ExperimentConfig } from '../../../config/experimentConfig.ts'
import { flagsOf } from '../server/flagsOf.ts'
import { torchDtype } from '../server/hubModel.ts'
import type { ServerPlace } from '../server/serverEngine.ts'
import type { SglangOptions } from './sglangOptions.ts'

const flags = {
  tp_size: '--tp-size',
  pp_size: '--pp-size',
  dp_size: '--dp-size',
  mem_fraction_static: '--mem-fraction-static',
  context_length: '--context-length',
  max_running_requests: '--max-running-requests',
  max_total_tokens: '--max-total-tokens',
  chunked_prefill_size: '--chunked-prefill-size',
  max_prefill_tokens: '--max-prefill-tokens',
  kv_cache_dtype: '--kv-cache-dtype',
  page_size: '--page-size',
  quantization: '--quantization',
  prefix_caching: { on: null, off: '--disable-radix-cache' },
  attention_backend: '--attention-backend',
  // Deprecated since 0.5.14 for a flag per phase, which the versions before do not know; it still means both.
  disable_cuda_graph: { on: '--disable-cuda-graph', off: null },
  enable_torch_compile: { on: '--enable-torch-compile', off: null },
  enable_mixed_chunk: { on: '--enable-mixed-chunk', off: null },
  disable_overlap_schedule: { on: '--disable-overlap-schedule', off: null },
  schedule_policy: '--schedule-policy',
  schedule_conservativeness: '--schedule-conservativeness',
  cpu_offload_gb: '--cpu-offload-gb',
  trust_remote_code: { on: '--trust-remote-code', off: null },
} as const

const speculativeFlags = {
  algorithm: '--speculative-algorithm',
  model: '--speculative-draft-model-path',
  num_steps: '--speculative-num-steps',
  eagle_topk: '--speculative-eagle-topk',
  num_draft_tokens: '--speculative-num-draft-tokens',
} as const

export function sglangCommand(
  { precision, random_seed }: ExperimentConfig,
  chosen: SglangOptions,
  place: ServerPlace,
): string[] {
  const quantization = chosen.quantization ?? (precision === 'fp8' ? 'fp8' : undefined)
  return [
    ...['serve', '--model-path', place.model.path],
    ...['--host', '127.0.0.1', '--port', String(place.port)],
    ...['--random-seed', String(random_seed)],
    ...(place.model.hasDummyWeights ? ['--load-format', 'dummy'] : []),
    ...['--dtype', torchDtype(precision) ?? 'auto'],
    // Its defaults are ours to set, not the model's: what a request does not say is neutral.
    ...['--sampling-defaults', 'openai'],
    // A line of log per request is work inside the window; cached tokens must be told to be seen.
    ...['--log-level-http', 'warning', '--enable-cache-report', '--enable-metrics'],
    ...flagsOf({ ...chosen, ...(quantization === undefined ? {} : { quantization }) }, flags),
    ...(chosen.speculative === undefined ? [] : flagsOf(chosen.speculative, speculativeFlags)),
    ...chosen.extra_args,
  ]
}
