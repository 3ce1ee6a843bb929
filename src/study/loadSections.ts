/** The sections a study file may have, from the plug-ins that are there. */

import { loadBackends } from '../backends/registry.gen.ts'
import type { Sections } from '../config/experimentSchema.ts'
import { loadEnergySources } from '../energy/registry.gen.ts'

export async function loadSections(): Promise<Sections> {
  const [backends, sources] = await Promise.all([loadBackends(), loadEnergySources()])
  return { backends, sources }
}
