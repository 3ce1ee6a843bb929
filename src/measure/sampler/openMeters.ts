/** Opens the chosen energy sources, all of them or none. */

import { messageOf } from '../../core/errors.ts'
import type { EnergyContext, EnergyMeter, EnergySource } from '../../energy/energySource.ts'
import { loadEnergySource } from '../../energy/registry.gen.ts'

export type OpenedMeters =
  | { status: 'opened'; meters: readonly EnergyMeter[] }
  | { status: 'refused'; source: string; reason: string; fix: string | null }

export async function openMeters(
  sources: readonly { name: string; options: unknown }[],
  ctx: EnergyContext,
): Promise<OpenedMeters> {
  const meters: EnergyMeter[] = []
  for (const { name, options } of sources) {
    const found = await openMeter(name, options, ctx)
    const twice = found.status === 'opened' ? sharedId(found.meter, meters) : null
    if (found.status === 'opened') meters.push(found.meter)
    if (found.status === 'opened' && twice === null) continue
    for (const meter of meters) await meter[Symbol.asyncDispose]()
    if (found.status === 'refused') return found
    const reason = `another source already reads a domain named ${twice}`
    return {
      status: 'refused',
      source: name,
      reason,
      fix: 'Leave one of them out of energy.sources.',
    }
  }
  return { status: 'opened', meters }
}

async function openMeter(
  name: string,
  options: unknown,
  ctx: EnergyContext,
): Promise<
  Extract<OpenedMeters, { status: 'refused' }> | { status: 'opened'; meter: EnergyMeter }
> {
  const source = await loadEnergySource(name)
  if (source === null) {
    const reason = 'there is no energy source of this name'
    return { status: 'refused', source: name, reason, fix: '`llem list sources` shows all.' }
  }
  try {
    return { status: 'opened', meter: await source.open(options, ctx) }
  } catch (thrown) {
    return {
      status: 'refused',
      source: name,
      ...(await whyNot(source, { ctx, options, thrown: messageOf(thrown) })),
    }
  }
}

/** A probe says it best, with the command that fixes it; when it finds nothing wrong, what was thrown must do. */
async function whyNot(
  source: EnergySource<unknown>,
  { ctx, options, thrown }: { ctx: EnergyContext; options: unknown; thrown: string },
) {
  const found = await source.probe(ctx, options)
  return found.status === 'unavailable'
    ? { reason: found.reason, fix: found.fix }
    : { reason: thrown, fix: null }
}

/** An id of this meter that one of the others has too; null when there is none. */
function sharedId(meter: EnergyMeter, others: readonly EnergyMeter[]): string | null {
  const taken = new Set(others.flatMap(({ domains }) => domains.map(({ id }) => id)))
  return meter.domains.find(({ id }) => taken.has(id))?.id ?? null
}
