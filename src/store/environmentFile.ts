/** `environment.json`: the machine as the measured process sees it. Null is what could not be read. */

import { z } from 'zod'

export const environmentSchema = z.strictObject({
  hostname: z.string(),
  platform: z.string(),
  kernel: z.string(),
  nodeVersion: z.string(),
  container: z
    .string()
    .nullable()
    .describe('docker, podman, kubepods, ...; null outside containers'),
  cpu: z.strictObject({
    model: z.string(),
    architecture: z.string(),
    sockets: z.int().nullable(),
    physicalCores: z.int().nullable(),
    logicalCores: z.int(),
    usableCores: z.number().describe('cores this process may use: affinity and cgroup quota'),
    governor: z.string().nullable(),
    isVirtual: z.boolean().nullable().describe('true inside a virtual machine'),
  }),
  memory: z.strictObject({
    totalBytes: z.int(),
    limitBytes: z.int().nullable().describe('cgroup limit; null when there is none'),
    availableBytes: z.int().nullable().describe('what could be had without swapping, at the start'),
  }),
  gpus: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      uuid: z.string(),
      driverVersion: z.string().nullable(),
      memoryBytes: z.int().nullable(),
      powerLimitW: z.number().nullable(),
      smClockMhz: z.number().nullable(),
      memoryClockMhz: z.number().nullable(),
      temperatureC: z.number().nullable(),
      isPersistent: z.boolean().nullable().describe('persistence mode'),
    }),
  ),
})
export type EnvironmentFacts = z.infer<typeof environmentSchema>
