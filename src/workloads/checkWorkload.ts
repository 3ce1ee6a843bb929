/** Looks at the files that the requests of a run are made of, before anything is measured. */

import type { ExperimentConfig } from '../config/experimentConfig.ts'
import { requestCount } from '../config/loadConfig.ts'
import { warmupLoad } from '../config/warmupLoad.ts'
import { readTrace } from './readTrace.ts'
import { takePrompts } from './takePrompts.ts'

/** Throws what would be thrown later of a trace, and of a dataset on this machine; one of the hub is fetched when it is needed. */
export async function checkWorkload(config: ExperimentConfig): Promise<void> {
  const count = requestCount(config)
  const { arrivals, trace } = config.load
  if (arrivals === 'trace' && trace !== undefined) await readTrace(trace, count)
  const { dataset } = config
  if (dataset === 'synthetic' || dataset.startsWith('hf:')) return
  // In the order of the file and uncut: no cut makes more prompts distinct, and there is no tokenizer yet to cut by.
  const uncut = { ...config, dataset_order: 'interleaved', max_input_tokens: Infinity } as const
  const needed = count + warmupLoad(config).promptCount
  await takePrompts({ path: dataset, config: uncut, tokenizer: null, needed })
}
