/** Arithmetic and memory traffic of the window, and how near they came to what the devices can do: part of a result. */

import { z } from 'zod'

const figure = z.number().nullable()

export const computeSchema = z.strictObject({
  flops: z.number().describe('floating-point operations of prefill and decode in the window'),
  prefillFlops: z.number().describe('of them those of the prompts'),
  decodeFlops: z.number().describe('of them those of the generated tokens'),
  flopsPerSecond: z.number().describe('flops over the window'),
  formula: z.string().describe('how flops was computed'),
  bytesPerToken: figure.describe(
    'read from memory for one output token at batch 1: the active weights and the cache at the mean length; null when unknown',
  ),
  devices: z
    .array(z.string())
    .describe('devices whose limits are known and that the figures below are held against'),
  peakFlopsPerSecond: figure.describe(
    'dense peak of these devices in the precision of the weights; null when unknown',
  ),
  peakBytesPerSecond: figure.describe('memory bandwidth of these devices; null when unknown'),
  peakSource: z.string().nullable().describe('where the peaks are from'),
  modelFlopsUtilization: figure.describe('flopsPerSecond over peakFlopsPerSecond'),
  floorMsPerToken: figure.describe(
    'least time of an output token at batch 1: bytesPerToken over peakBytesPerSecond (roofline)',
  ),
  bandwidthUtilization: figure.describe(
    'floorMsPerToken over the mean time between tokens, for one request at a time; null for more',
  ),
})
export type ComputeSummary = z.infer<typeof computeSchema>
