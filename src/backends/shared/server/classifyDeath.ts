/** Why an engine died, by what it logged: what to tell a person instead of a traceback. Pure. */

export interface DeathCause {
  kind: DeathKind
  /** In words, one phrase. */
  cause: string
  hint: string
  /** The engine is lost even while its process lives on. */
  isFatal: boolean
}

type DeathKind =
  | 'gpu-memory'
  | 'cache-too-small'
  | 'host-memory'
  | 'port-taken'
  | 'gated-model'
  | 'model-not-found'
  | 'missing-package'
  | 'unknown-argument'
  | 'bad-argument'
  | 'no-gpu'
  | 'old-driver'
  | 'disk-full'
  | 'unsupported-model'
  | 'other'

interface Row {
  kind: DeathKind
  pattern: RegExp
  cause: string
  hint: string
  isFatal?: true
}

/** Null when nothing in the log tells. `$1` in a row stands for what its pattern found. */
export function classifyDeath(log: string): DeathCause | null {
  for (const { kind, pattern, cause, hint, isFatal } of rows) {
    const found = pattern.exec(log)
    if (found === null) continue
    const detail = (found.slice(1).find((group) => group !== undefined) ?? '').trim().slice(0, 200)
    const fill = (text: string): string => text.replaceAll('$1', () => detail)
    return { kind, cause: fill(cause), hint: fill(hint), isFatal: isFatal === true }
  }
  return saidItself(log)
}

/** The first exception that was logged: those behind it are of processes that lost the first. */
function saidItself(log: string): DeathCause | null {
  for (const line of log.split('\n')) {
    const [said, before = ''] = /^(.*?)(?:\w+\.)*[A-Z]\w*(?:Error|Exception): .+/.exec(line) ?? []
    if (said === undefined || !isLogPrefix(before)) continue
    if (said.includes('Engine core initialization failed')) continue
    const cause = said.slice(before.length, before.length + longestCause)
    const hint = 'Read backend.log in the run directory: it has the whole message.'
    return { kind: 'other', cause, hint, isFatal: false }
  }
  return null
}

/** What loggers put before a message (process, level, time, place), as opposed to the beginning of a sentence. */
const isLogPrefix = (text: string): boolean =>
  /^[\sA-Z\d:.,|-]*$/.test(text.replaceAll(/\([^)]*\)|\[[^\]]*\]/g, ''))

const longestCause = 400

/**
 * The first row that fits counts: what is special stands before what is general. The words are those of vLLM 0.32 and 0.33, SGLang
 * 0.5.23, TensorRT-LLM 1.2, TGI 3.3, llama.cpp and Ollama, read in their sources or seen in their logs.
 */
const rows: readonly Row[] = [
  {
    kind: 'port-taken',
    pattern: /address already in use|EADDRINUSE|Errno 98|couldn't bind HTTP server socket/i,
    cause: 'its port was taken',
    hint: 'Run it again: every start takes another free port.',
    isFatal: true,
  },
  {
    kind: 'cache-too-small',
    pattern:
      /(?:is larger than the (?:available KV cache memory|maximum number of tokens that can be stored in KV cache)|KV cache is needed, which is larger than the available|No available memory for the cache blocks|Not enough memory\. Please try to increase --mem-fraction-static|available memory .*is not enough.*KV|Not enough GPU memory for hybrid|state cache is too small to serve|leaves no room for the full KV pool)/i,
    cause: 'the memory left for its KV cache is too small',
    hint: 'Lower the longest sequence (max_model_len, context_length, max_seq_len), raise the share of memory it may take, or use more GPUs.',
    isFatal: true,
  },
  {
    kind: 'gpu-memory',
    pattern:
      /(?:CUDA out of memory|OutOfMemoryError|cudaMalloc failed: out of memory|CUDA error: out of memory|HIP out of memory|is less than desired GPU memory utilization|failed to allocate (?:CUDA|Vulkan|ROCm|Metal)\w* buffer|ErrorOutOfDeviceMemory|NotEnoughMemory)/i,
    cause: 'it ran out of GPU memory',
    hint: 'Lower the share of memory or the longest sequence, choose a smaller model or precision, use more GPUs, or end what else holds GPU memory (`nvidia-smi`).',
    isFatal: true,
  },
  {
    kind: 'host-memory',
    pattern:
      /(?:Cannot allocate memory|std::bad_alloc|MemoryError|DefaultCPUAllocator: can't allocate memory|unable to allocate (?:CPU|KV) ?\w* buffer|Not enough available (?:CPU )?memory|is less than desired CPU memory utilization|on kv cache allocation is less than requested memory|GiB of CPU memory reserved for it)/i,
    cause: 'it ran out of memory of the host',
    hint: 'Choose a smaller model or a shorter longest sequence, or close other programs.',
  },
  {
    kind: 'gated-model',
    pattern:
      /(?:gated repo|GatedRepoError|401 Client Error|403 Client Error|Access to model .* is restricted)/i,
    cause: 'the hub does not give this model to everybody',
    hint: 'Accept the license on the model page, then set HF_TOKEN.',
  },
  {
    kind: 'unsupported-model',
    pattern:
      /(?:Model architectures \[?(.*?)\]? (?:are|failed)|model type `?(\w+)`? but Transformers does not recognize|unknown model architecture: '?(\w+)'?|Unsupported model type (\w+))/i,
    cause: 'it does not know the architecture of this model ($1)',
    hint: 'Use a newer version of the engine, or another model.',
  },
  {
    kind: 'model-not-found',
    pattern:
      /(?:is not a local folder and is not a valid model identifier|RepositoryNotFoundError|404 Client Error|Invalid repository ID or local directory|failed to (?:open|load) GGUF|error loading model|pull model manifest: file does not exist|LocalEntryNotFoundError|couldn't connect to .*huggingface|We couldn't connect to)/i,
    cause: 'it did not find the model',
    hint: 'Check the name of the model, the network, and HF_HOME where models are kept.',
  },
  {
    kind: 'missing-package',
    pattern:
      /(?:ModuleNotFoundError: No module named '([^']+)'|error while loading shared libraries: ([^:\n]+))/,
    cause: '$1 is not installed where it runs',
    hint: 'Install it there, or run the engine in its own container: runners: {<backend>: docker}.',
  },
  {
    kind: 'no-gpu',
    pattern: /No accelerator \(CUDA, XPU/,
    cause: 'it found no GPU that it can use',
    hint: 'Check `nvidia-smi` and CUDA_VISIBLE_DEVICES, or have SGLang run on the CPU: sglang: {extra_args: [--device, cpu]}.',
  },
  {
    kind: 'no-gpu',
    pattern:
      /(?:No CUDA GPUs are available|Failed to infer device type|no CUDA-capable device is detected|libcuda\.so\.1: cannot open|Found no NVIDIA driver)/i,
    cause: 'it found no GPU that it can use',
    hint: 'Check `nvidia-smi` and CUDA_VISIBLE_DEVICES, or use a backend that runs on the CPU (llamacpp).',
  },
  {
    kind: 'old-driver',
    pattern:
      /(?:driver version is insufficient|NVIDIA driver on your system is too old|forward compatibility was attempted)/i,
    cause: 'the driver of the GPU is too old for it',
    hint: 'Update the driver, or use an older version or image of the engine.',
  },
  {
    kind: 'disk-full',
    pattern: /(?:No space left on device|OSError: \[Errno 28\]|disk quota exceeded)/i,
    cause: 'a disk is full',
    hint: 'Free some space where models are kept (HF_HOME), in /tmp and in /dev/shm.',
  },
  {
    kind: 'unknown-argument',
    pattern:
      /(?:unrecognized arguments?: ([^\n]+)|invalid argument: ([^\n]+)|No such option: ([^\n]+)|unexpected argument '([^']+)'|unknown flag: ([^\n]+))/i,
    cause: 'it does not know the argument $1',
    hint: 'It is another version than the one these options were made for: leave the option out, or use the version that docs/backends.md names.',
  },
  {
    kind: 'bad-argument',
    pattern:
      /(?:error: (argument [^\n]+)|Invalid value for ([^\n]+)|invalid value ('[^\n]+)|validation errors? for ([^\n]+))/i,
    cause: 'it refused $1',
    hint: 'Correct the option: backend.log in the run directory has the whole message.',
  },
]
