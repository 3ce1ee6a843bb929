/**
 * How the Python tool of the same name spells what is here, in both of its vocabularies: that of version 2.0 (`backend`,
 * `n`, `decoder`) and that of 0.9 (`engine`, `task`, `measurement`). Keys that mean the same under the same name are not listed.
 */

import {
  asCycleOrder,
  asEnergySources,
  asName,
  asPrecision,
  asPyTorch,
  asSilence,
  asTemperature,
  asTopK,
  type Conversion,
} from './pythonValues.ts'

export type Fate =
  | {
      /** Our key, from the root of a study or an experiment. */
      to: readonly string[]
      convert: Conversion
    }
  | {
      /** Why the key has no meaning here. */
      why: string
    }

/** Its backends by our names; a version of ours need not have them all. */
export const pythonBackends: readonly string[] = ['pytorch', 'vllm', 'tensorrt']

/** What becomes of a key of the Python tool; null for every other key. */
export function fateOf(path: readonly string[]): Fate | null {
  const exact = rows.get(path.join('.'))
  if (exact !== undefined) return exact
  const prefix = prefixes.find(({ from }) => path.length > from.length && startsWith(path, from))
  if (prefix === undefined) return null
  if (prefix.why !== null) return { why: prefix.why }
  return { to: [...prefix.to, ...path.slice(prefix.from.length)], convert: same }
}

/** Whether keys of the Python tool may stand below this one. */
export function isPythonSection(path: readonly string[]): boolean {
  const key = path.join('.')
  return sectionNames.has(key) && !rows.has(key)
}

const same: Conversion = (value) => ({ value })
const startsWith = (path: readonly string[], start: readonly string[]): boolean =>
  start.every((part, index) => part === path[index])

type Row = readonly [from: string, fate: Fate]
const to = (from: string, target: string, convert = same): Row => [
  from,
  { to: target.split('.'), convert },
]
const gone = (from: string, why: string): Row => [from, { why }]
const moved = (from: string, target: string, keys: readonly string[]): Row[] =>
  keys.map((key) => to(`${from}.${key}`, `${target}.${key}`))

const study: readonly Row[] = [
  to('study_name', 'name', asName),
  to('name', 'name', asName),
  gone('version', 'a study needs no version'),
  to('study_execution.n_cycles', 'execution.n_cycles'),
  to('study_execution.experiment_order', 'execution.cycle_order', asCycleOrder),
  ...moved('study_execution', 'execution', [
    'experiment_gap_seconds',
    'cycle_gap_seconds',
    'shuffle_seed',
    'max_consecutive_failures',
    'circuit_breaker_cooldown_seconds',
    'wall_clock_timeout_hours',
    'experiment_timeout_seconds',
  ]),
  to(
    'study_execution.stdout_silence_timeout_seconds',
    'execution.silence_timeout_seconds',
    asSilence,
  ),
  ...['study_execution', 'execution'].map((section) =>
    gone(`${section}.skip_preflight`, 'checks always run: they take a moment'),
  ),
  gone(
    'study_execution.deduplicate_equivalent',
    'only experiments that are equal in every key are merged',
  ),
  gone('output.save_timeseries', 'raw readings are always kept, in power.parquet'),
  to('output_dir', 'output.results_dir'),
  to('runners.transformers', 'runners.pytorch'),
  to('images.transformers', 'images.pytorch'),
]

const isSteady = 'warm-up always goes on until throughput is steady'
const isLooked = 'a short look and its limit are not settings here'
const onlySteady: readonly (readonly [string, string])[] = [
  [
    'thermal_floor_seconds',
    `${isSteady}; to rest between experiments set execution.experiment_gap_seconds`,
  ],
  ['convergence_detection', isSteady],
]

const experiment: readonly Row[] = [
  to('task.model', 'model'),
  to('task.dataset.source', 'dataset'),
  to('task.dataset.n_prompts', 'n'),
  to('task.dataset.order', 'dataset_order'),
  to('task.max_input_tokens', 'max_input_tokens', (value) =>
    value === null
      ? { why: 'null took prompts whole; here longer ones are cut: raise max_input_tokens' }
      : { value },
  ),
  to('task.max_output_tokens', 'max_output_tokens', (value) =>
    value === null
      ? { why: 'null let the model stop by itself; here set decoder.ignore_eos: false' }
      : { value },
  ),
  to('task.random_seed', 'random_seed'),
  to('dataset.n', 'n'),
  to('dataset.input_len', 'prompt_length.tokens', (value) => ({
    value,
    also: [{ path: ['prompt_length', 'distribution'], value: 'fixed' }],
  })),
  to('dataset.output_len', 'max_output_tokens'),
  to('dataset.seed', 'random_seed'),
  to('engine', 'backend', asPyTorch),
  to('sampling_preset', 'decoder.preset'),
  to('decoder.do_sample', 'decoder.temperature', asTemperature),
  to('energy.backend', 'energy.sources', asEnergySources),
  to('measurement.energy_sampler', 'energy.sources', asEnergySources),
  ...['warmup', 'measurement.warmup'].flatMap((section) => [
    to(`${section}.n_warmup`, 'warmup.min_prompts', (value) => ({
      value,
      // More than the default of warmup.max_prompts would contradict it.
      also: Number(value) > 20 ? [{ path: ['warmup', 'max_prompts'], value }] : [],
    })),
    ...onlySteady.map(([key, why]) => gone(`${section}.${key}`, why)),
  ]),
  ...moved('measurement.warmup', 'warmup', [
    'enabled',
    'cv_threshold',
    'max_prompts',
    'window_size',
    'min_prompts',
  ]),
  ...moved('measurement.baseline', 'baseline', ['enabled', 'duration_seconds', 'strategy']),
  to('measurement.baseline.cache_ttl_seconds', 'baseline.max_age_seconds'),
  ...['validation_interval', 'drift_threshold'].map((key) =>
    gone(`measurement.baseline.${key}`, isLooked),
  ),
  gone('lora', 'no backend loads adapters'),
  gone('passthrough_kwargs', 'a backend takes only the options that it names'),
]

const sampled: readonly Row[] = ['transformers', 'pytorch', 'vllm', 'tensorrt'].flatMap((name) => [
  to(`${name}.dtype`, 'precision', asPrecision),
  ...['temperature', 'top_p', 'repetition_penalty', 'min_p', 'min_new_tokens', 'ignore_eos'].map(
    (key) => to(`${name}.sampling.${key}`, `decoder.${key}`),
  ),
  to(`${name}.sampling.top_k`, 'decoder.top_k', asTopK),
  to(`${name}.sampling.min_tokens`, 'decoder.min_new_tokens'),
  to(`${name}.sampling.do_sample`, 'decoder.temperature', asTemperature),
  gone(`${name}.sampling.n`, 'every request makes one completion'),
])

const rows = new Map<string, Fate>([...study, ...experiment, ...sampled])

/** For keys that are listed nowhere else; the first that fits counts. */
const prefixes = [
  ...['transformers', 'pytorch', 'vllm', 'tensorrt'].map((name) => ({
    from: [name, 'sampling'],
    to: [],
    why: 'decoder has no such key',
  })),
  { from: ['vllm', 'beam_search'], to: [], why: 'no backend searches beams' },
  { from: ['vllm', 'engine'], to: ['vllm'], why: null },
  { from: ['transformers'], to: ['pytorch'], why: null },
  { from: ['lora'], to: [], why: 'no backend loads adapters' },
  { from: ['passthrough_kwargs'], to: [], why: 'a backend takes only the options that it names' },
]

const sectionNames = new Set(
  [...rows.keys(), ...prefixes.map(({ from }) => [...from, '*'].join('.'))].flatMap((key) => {
    const parts = key.split('.')
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'))
  }),
)
