/** The flags of `llem run` that stand for a key of the study file. */

export interface RunFlag {
  flags: string
  /** Name under which commander keeps the value. */
  name: string
  path: readonly string[]
  /** A number is read as YAML reads it, so that a wrong one is reported like one in a file. */
  kind: 'text' | 'number'
  help: string
}

/** In the order of the help. */
export const runFlags: readonly RunFlag[] = [
  {
    flags: '-m, --model <model>',
    name: 'model',
    path: ['model'],
    kind: 'text',
    help: 'synthetic/<shape>, a .gguf file or hf:org/repo:quant',
  },
  {
    flags: '-b, --backend <name>',
    name: 'backend',
    path: ['backend'],
    kind: 'text',
    help: 'what generates the tokens (llem list backends)',
  },
  {
    flags: '--precision <name>',
    name: 'precision',
    path: ['precision'],
    kind: 'text',
    help: 'precision of the weights: fp32, fp16, bf16, fp8, q8_0, q4_0',
  },
  {
    flags: '-n <count>',
    name: 'n',
    path: ['n'],
    kind: 'number',
    help: 'number of requests measured',
  },
  {
    flags: '--dataset <source>',
    name: 'dataset',
    path: ['dataset'],
    kind: 'text',
    help: 'synthetic, a .jsonl file or hf:org/name',
  },
  {
    flags: '--max-input-tokens <count>',
    name: 'maxInputTokens',
    path: ['max_input_tokens'],
    kind: 'number',
    help: 'longer prompts are cut to this',
  },
  {
    flags: '--max-output-tokens <count>',
    name: 'maxOutputTokens',
    path: ['max_output_tokens'],
    kind: 'number',
    help: 'tokens generated for every request',
  },
  {
    flags: '--seed <number>',
    name: 'seed',
    path: ['random_seed'],
    kind: 'number',
    help: 'seed of prompts, weights and sampling',
  },
  {
    flags: '--concurrency <count>',
    name: 'concurrency',
    path: ['load', 'concurrency'],
    kind: 'number',
    help: 'requests in flight at any time',
  },
  {
    flags: '--name <name>',
    name: 'name',
    path: ['name'],
    kind: 'text',
    help: 'name of the study, part of its results directory',
  },
  {
    flags: '-o, --output <dir>',
    name: 'output',
    path: ['output', 'results_dir'],
    kind: 'text',
    help: 'where results directories are made',
  },
]
