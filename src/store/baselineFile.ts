/** Idle power kept between runs: measured once on these devices, with this image and this driver. */

import { join } from 'node:path'
import { z } from 'zod'

export const baselineFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** ISO 8601. */
  measuredAt: z.string(),
  durationMs: z.number(),
  domains: z.array(
    z.strictObject({
      id: z.string(),
      powerW: z.number(),
      /** Standard uncertainty of everything but gain. */
      powerSdW: z.number(),
    }),
  ),
})
export type BaselineFile = z.infer<typeof baselineFileSchema>

export const baselinePath = (cacheDir: string, key: string): string =>
  join(cacheDir, 'baselines', `${key}.json`)

/** How the idle power of a result came about: part of a result. */
export const baselineSummarySchema = z.strictObject({
  strategy: z.enum(['fresh', 'cached', 'validated']).describe('as the study asks for'),
  idle: z
    .enum(['measured', 'cached', 'validated', 'drifted'])
    .describe(
      'where idle power before launch is from: this run; an earlier one; an earlier one that a short look agreed with; this run, as a short look did not agree',
    ),
  measuredAt: z.string().describe('when it was measured, ISO 8601'),
  driftShare: z
    .number()
    .nullable()
    .describe(
      'largest difference of the short look from the earlier power, beyond what it cannot tell; null without a look',
    ),
})
export type BaselineSummary = z.infer<typeof baselineSummarySchema>
