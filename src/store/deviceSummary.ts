/** What a device was doing in the window besides using energy: the part of a result that says how steady it was. */

import { z } from 'zod'

const celsius = z.number().describe('degrees Celsius')
const megahertz = z.number().describe('megahertz')
const share = z.number().nullable()

export const deviceSummarySchema = z.strictObject({
  id: z.string().describe('domain of the device'),
  lookCount: z.int().min(0).describe('looks at the device in the window, about one a second'),
  temperature: z
    .strictObject({ startC: celsius, endC: celsius, maxC: celsius })
    .nullable()
    .describe('first, last and highest in the window'),
  smClock: z
    .strictObject({ startMhz: megahertz, endMhz: megahertz, minMhz: megahertz, maxMhz: megahertz })
    .nullable()
    .describe('compute clock: median of the first and of the last third, lowest and highest'),
  memoryClockMhz: z.number().nullable().describe('median clock of the memory'),
  computeUtilization: share.describe('mean share of the time in which a kernel ran'),
  memoryUtilization: share.describe('mean share of the time in which memory was read or written'),
  memoryUsedBytes: z.number().nullable().describe('most device memory in use'),
  powerLimitW: z.number().nullable().describe('limit in force at the end of the window'),
  throttledShare: z
    .strictObject({
      powerCap: share.describe('power limit: normal at full load'),
      softwareThermal: share.describe('temperature, by the driver'),
      hardwareThermal: share.describe('temperature, by the hardware'),
      powerBrake: share.describe('power brake of the server'),
      syncBoost: share.describe('clocks of a group of boards'),
      hardwareSlowdown: share.describe('hardware, whatever the cause'),
    })
    .describe(
      'part of the window in which each cause held the clocks down, by time counters of the driver, else by the looks; null when unknown',
    ),
  otherPrograms: z
    .array(
      z.strictObject({
        pid: z.int().describe('as the driver numbers it'),
        memoryBytes: z.number().nullable().describe('device memory it held'),
      }),
    )
    .nullable()
    .describe('programs on the device that are not ours; null when that cannot be told'),
})
export type DeviceSummary = z.infer<typeof deviceSummarySchema>
