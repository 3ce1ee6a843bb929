/** The environment a worker gets: what engines, drivers and downloads read, and nothing that happens to be set. */

import type { Environment } from '../core/context.ts'

const names = new Set([
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'XDG_CACHE_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
])
const prefixes = [
  'LLEM_',
  'OPENAI_',
  'HF_',
  'CUDA_',
  'NVIDIA_',
  'HIP_',
  'ROCR_',
  'GGML_',
  'VK_',
  'OMP_',
  'NCCL_',
  'TORCH_',
  'PYTORCH_',
  'TORCHINDUCTOR_',
  'TRITON_',
  'VLLM_',
  'SGLANG_',
  'TLLM_',
  'TRTLLM_',
  'OLLAMA_',
]

export function jobEnvironment(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  )
}
