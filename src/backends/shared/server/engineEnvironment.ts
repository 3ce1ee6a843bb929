/** The environment of a started engine: the worker's, without what must not reach it and with what keeps it quiet. Pure. */

import type { Environment } from '../../../core/context.ts'

/** Keys of other servers, which may be ours too, and those with which this one would refuse our requests. */
const notForEngines = /^(OPENAI|LLEM)_|_API_KEY$/

interface Wanted {
  worker: Environment
  engine: Environment
  /** The model may have to be fetched. */
  isRemote: boolean
}

export function engineEnvironment({ worker, engine, isRemote }: Wanted): Environment {
  const kept = Object.entries(worker).filter(([name]) => !notForEngines.test(name))
  return {
    ...Object.fromEntries(kept),
    // Log lines as they are written, or the reason of a death stays in a buffer.
    PYTHONUNBUFFERED: '1',
    // A program that renames itself (setproctitle: vLLM, SGLang) would overwrite the mark by which its tree is found.
    SPT_NOENV: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    // Without it the libraries ask the hub for a model that is here, and wait where there is no network.
    ...(isRemote ? {} : { HF_HUB_OFFLINE: '1' }),
    ...engine,
  }
}

const tuning = /^(VLLM|SGLANG|SGL|TLLM|TRTLLM|OLLAMA|GGML|NCCL|TORCH|PYTORCH|OMP|CUDA_VISIBLE)/
const secret = /KEY|TOKEN|SECRET|PASSWORD/i

/** What of an environment decides how an engine runs, as far as names tell: part of what was observed. */
export function tuningVariables(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]): [string, string][] =>
      value === undefined || !tuning.test(name) || secret.test(name) ? [] : [[name, value]],
    ),
  )
}
