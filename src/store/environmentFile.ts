/** `environment.json`: the machine as the measured process sees it. Null is what could not be read. */

import { z } from 'zod'

export const containerFactsSchema = z.strictObject({
  engine: z.string().describe('docker, podman, kubepods, ...'),
  id: z.string().nullable().describe('id that the engine gave it; null when nobody told'),
  engineVersion: z.string().nullable().describe('version of the engine; null when nobody told'),
  runtime: z
    .string()
    .nullable()
    .describe('what the engine starts containers with, and its version; null when nobody told'),
})

export const environmentSchema = z.strictObject({
  hostname: z.string().describe('name of the machine or container'),
  platform: z.string().describe('operating system: linux, darwin, win32'),
  kernel: z.string().describe('release of the kernel'),
  nodeVersion: z.string().describe('version of Node'),
  container: containerFactsSchema
    .nullable()
    .describe('the container around the measured process; null outside containers'),
  cpu: z
    .strictObject({
      model: z.string().describe('model name of the first CPU'),
      architecture: z.string().describe('x64, arm64, ...'),
      sockets: z.int().nullable().describe('CPU packages'),
      physicalCores: z.int().nullable().describe('cores without hyper-threads'),
      logicalCores: z.int().describe('hardware threads'),
      usableCores: z.number().describe('cores this process may use: affinity and cgroup quota'),
      governor: z.string().nullable().describe('frequency governor'),
      isVirtual: z.boolean().nullable().describe('true inside a virtual machine'),
    })
    .describe('processor of the host'),
  memory: z
    .strictObject({
      totalBytes: z.int().describe('memory of the machine'),
      limitBytes: z.int().nullable().describe('cgroup limit; null when there is none'),
      availableBytes: z
        .int()
        .nullable()
        .describe('what could be had without swapping, at the start'),
    })
    .describe('memory of the host'),
  gpus: z
    .array(
      z.strictObject({
        id: z.string().describe('id of its energy domain: gpu0, ...'),
        name: z.string().describe('model name'),
        uuid: z.string().describe('as the driver names the device'),
        busId: z.string().nullable().optional().describe('PCI address'),
        architecture: z.string().nullable().optional().describe('generation of the device'),
        driverVersion: z.string().nullable().describe('version of the driver'),
        memoryBytes: z.int().nullable().describe('memory of the device'),
        powerLimitW: z.number().nullable().describe('power limit in force'),
        requestedPowerLimitW: z
          .number()
          .nullable()
          .optional()
          .describe('power limit that was asked for through the driver'),
        defaultPowerLimitW: z
          .number()
          .nullable()
          .optional()
          .describe('power limit that the device starts with'),
        minPowerLimitW: z.number().nullable().optional().describe('lowest limit that can be set'),
        maxPowerLimitW: z.number().nullable().optional().describe('highest limit that can be set'),
        smClockMhz: z.number().nullable().describe('clock of the compute units'),
        memoryClockMhz: z.number().nullable().describe('clock of the memory'),
        temperatureC: z.number().nullable().describe('temperature of the device'),
        isPersistent: z.boolean().nullable().describe('persistence mode'),
        isPartitioned: z
          .boolean()
          .nullable()
          .optional()
          .describe('whether the device is cut into instances (MIG), which share its sensor'),
      }),
    )
    .describe('devices that an energy source could name'),
})
export type EnvironmentFacts = z.infer<typeof environmentSchema>
