/** Sections of invented plug-ins under real names, so that tests of the configuration depend on no plug-in. */

import { z } from 'zod'
import type { Sections } from '../config/experimentSchema.ts'

export const sampleSections: Sections = {
  backends: [
    {
      name: 'llamacpp',
      title: 'llama.cpp',
      options: z.strictObject({
        threads: z.int().min(1).optional().describe('threads for generation'),
        gpu: z.enum(['off', 'auto', 'cuda']).default('auto').describe('where the model runs'),
        flash_attention: z.boolean().default(false).describe('fused attention'),
        layers: z
          .union([z.literal('all'), z.int().min(0)])
          .default('all')
          .describe('layers on the GPU'),
      }),
      check: (config) =>
        config.precision === 'fp8'
          ? [{ path: ['precision'], message: 'expected a precision of GGUF, found fp8' }]
          : [],
    },
    {
      name: 'fake',
      title: 'fake tokens',
      options: z.strictObject({
        tokens_per_second: z.number().positive().default(1000).describe('rate'),
        failures: z
          .array(
            z.discriminatedUnion('kind', [
              z.strictObject({ kind: z.literal('crash'), at_request: z.int().min(0) }),
              z.strictObject({ kind: z.literal('hang'), seconds: z.number().positive() }),
            ]),
          )
          .default([])
          .describe('what goes wrong'),
      }),
    },
  ],
  sources: [
    { name: 'rapl', title: 'RAPL', options: z.strictObject({}) },
    {
      name: 'cpu-estimate',
      title: 'estimate',
      options: z.strictObject({
        tdp_watts: z.number().positive().optional().describe('TDP of one socket'),
      }),
    },
  ],
}
