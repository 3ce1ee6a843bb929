/** What one stream of energy readings is a reading of. Stored beside the readings, so it is a schema. */

import { z } from 'zod'

export const energyDomainSchema = z.strictObject({
  id: z.string().describe('unique in a run: gpu0, cpu0, dram0, wall ...'),
  source: z.string().describe('name of the energy source'),
  scope: z
    .enum([
      'board',
      'module',
      'package',
      'core',
      'uncore',
      'dram',
      'memory',
      'part',
      'system',
      'chassis',
      'wall',
    ])
    .describe(
      'what the reading covers; memory is that of an accelerator, part a chip or supply rail, chassis what a machine measures of itself, wall what an outside meter does',
    ),
  method: z
    .enum(['counter', 'power', 'estimate'])
    .describe('an energy counter, power to be integrated, or a model'),
  isSynthetic: z.boolean().describe('true when no sensor of this machine is behind it'),
  sensor: z
    .string()
    .optional()
    .describe('what exactly is read, in the words of its driver: a file, a call, a formula'),
  deviceId: z.string().nullable().describe('UUID or PCI address of the device'),
  contains: z
    .array(z.string())
    .describe('ids of the domains whose energy is already inside this one'),
  updatePeriodMs: z
    .number()
    .nullable()
    .describe('how often the sensor publishes; null when unknown'),
  isPeriodFound: z
    .literal(true)
    .optional()
    .describe('updatePeriodMs is what the readings show; absent: what the source states'),
  isCalibrated: z
    .literal(true)
    .optional()
    .describe('what is said of the sensor was found by llem calibrate on this device'),
  averagingWindowMs: z
    .number()
    .nullable()
    .optional()
    .describe('each value of the sensor is a mean over this time; null or absent when unknown'),
  observedShare: z
    .number()
    .nullable()
    .optional()
    .describe(
      'part of the time that the sensor looks at, 1 is all of it; null or absent when unknown',
    ),
  lagMs: z
    .number()
    .nullable()
    .optional()
    .describe(
      'how late a value is beyond what its averaging and its publish period explain; null or absent when unknown',
    ),
  resolutionW: z
    .number()
    .nullable()
    .optional()
    .describe('smallest step of a power reading; null or absent when unknown'),
  resolutionJ: z
    .number()
    .nullable()
    .optional()
    .describe('smallest step of an energy counter; null or absent when unknown'),
  wrapsAtJ: z
    .number()
    .nullable()
    .describe('the counter starts again from 0 at this value; null when it does not'),
  gainUncertainty: z.number().describe('relative standard uncertainty of the sensor, 0.05 is 5 %'),
})
export type EnergyDomain = z.infer<typeof energyDomainSchema>
