/** What one of our programs finds where it is started, told before any experiment is. */

import { z } from 'zod'

export const surroundingsSchema = z.strictObject({
  nodeVersion: z.string(),
  /** UUIDs of the devices that can be used there. */
  gpus: z.array(z.string()),
  driverVersion: z.string().nullable(),
  /** Newest CUDA that the driver serves; null when there is none, or it does not tell. */
  driverCuda: z.string().nullable(),
  /** The CUDA that the image was made for; null for an image that does not tell. */
  imageCuda: z.string().nullable(),
})
export type Surroundings = z.infer<typeof surroundingsSchema>
