/** What an engine is doing while it starts, by the last line of its log that tells. Pure. */

/** What is told to be off. */
const negation = /\b(?:disabled?|skip(?:ped|ping)?)\b/i

const stages: readonly (readonly [RegExp, string])[] = [
  [/Downloading|Fetching \d+ files|pulling [0-9a-f]{8,}/, 'downloading the model'],
  [
    /Loading safetensors|Starting to load model|Loading weights|load_tensors|Load weight begin|loading model/i,
    'loading weights',
  ],
  [/torch\.compile|Dynamo bytecode|Compiling|compilation/i, 'compiling'],
  [/Capturing (?:CUDA|cuda|batches)|Capture cuda graph|cudagraph/i, 'capturing CUDA graphs'],
  [/Warming up|warmup/i, 'warming up'],
]

const longestLine = 400

/** Null when the log does not tell yet. */
export function loadingStage(log: string): string | null {
  for (const line of log.split(/[\r\n]+/).reverse()) {
    // A line of all settings names every stage.
    const isTold = line.length <= longestLine && !negation.test(line)
    const found = isTold ? stages.find(([pattern]) => pattern.test(line)) : undefined
    if (found !== undefined) return found[1]
  }
  return null
}
