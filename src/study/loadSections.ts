/** The sections a study file may have, from the plug-ins that are there. */

import { loadBackends } from '../backends/registry.gen.ts'
import type { Sections } from '../config/experimentSchema.ts'
import { loadEnergySources } from '../energy/registry.gen.ts'

let loading: Promise<Sections> | undefined

/** Always the same object: what is made of it is made once (`experimentParser`). */
export function loadSections(): Promise<Sections> {
  loading ??= load()
  return loading
}

async function load(): Promise<Sections> {
  const [backends, sources] = await Promise.all([loadBackends(), loadEnergySources()])
  return { backends, sources }
}
