/** What a host has set on a board, and what was there before: for whoever has to put it back. */

import { z } from 'zod'

export const leftLimitsSchema = z.strictObject({
  source: z.string().describe('energy source that knows the board'),
  uuid: z.string().describe('of the board'),
  powerLimitW: z
    .strictObject({ set: z.number(), before: z.number() })
    .nullable()
    .describe('null where the power limit was left as it was'),
  clockMhz: z.number().nullable().describe('locked compute clock; null where it was left'),
})
export type LeftLimits = z.infer<typeof leftLimitsSchema>

/** `GPU-1: 300 W instead of 700 W, clock 1410 MHz`. */
export function describeLimits({ uuid, powerLimitW, clockMhz }: LeftLimits): string {
  const parts = [
    ...(powerLimitW === null ? [] : [`${powerLimitW.set} W instead of ${powerLimitW.before} W`]),
    ...(clockMhz === null ? [] : [`compute clock locked at ${clockMhz} MHz`]),
  ]
  return `${uuid}: ${parts.join(', ')}`
}
