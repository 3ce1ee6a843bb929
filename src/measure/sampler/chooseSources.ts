/** Which energy sources are read: those that were named, or all that this machine has. */

import { containsDomain } from '../../core/containsDomain.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { AppError } from '../../core/errors.ts'
import type { EnergyContext, EnergySource } from '../../energy/energySource.ts'

export interface SourceChoice {
  wanted: 'auto' | readonly string[]
  /** Options by source; what is absent gets its defaults. */
  options: Readonly<Record<string, unknown>>
  ctx: EnergyContext
  sources: readonly EnergySource<unknown>[]
}

/**
 * `auto` takes every measuring source that is available, an estimate only for what none of them covers, and never made-up
 * readings. A named source that cannot be read is ENERGY_SOURCE_UNAVAILABLE.
 */
export async function chooseSources(
  choice: SourceChoice,
): Promise<{ name: string; options: unknown }[]> {
  const { wanted, options } = choice
  const chosen = wanted === 'auto' ? await available(choice) : await named(wanted, choice)
  return chosen.map((source) => ({ name: source.name, options: optionsOf(source, options) }))
}

async function named(
  wanted: readonly string[],
  { sources, options, ctx }: SourceChoice,
): Promise<EnergySource<unknown>[]> {
  const chosen: EnergySource<unknown>[] = []
  for (const name of new Set(wanted)) {
    const source = sources.find((one) => one.name === name)
    if (source === undefined) {
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', {
        source: name,
        reason: 'there is no energy source of this name',
        fix: '`llem list sources` shows all.',
      })
    }
    const found = await source.probe(ctx, optionsOf(source, options))
    if (found.status === 'unavailable') {
      const { reason, fix } = found
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: name, reason, fix })
    }
    chosen.push(source)
  }
  return chosen
}

async function available(choice: SourceChoice): Promise<EnergySource<unknown>[]> {
  const { sources, options, ctx } = choice
  const real = sources.filter(({ kind }) => kind !== 'synthetic')
  const probes = await Promise.all(
    real.map((source) => source.probe(ctx, optionsOf(source, options))),
  )
  const usable = real.filter((_, index) => probes[index]?.status === 'available')
  const measuring = usable.filter(({ kind }) => kind === 'measurement')
  const modeling = usable.filter(({ kind }) => kind === 'estimate')
  if (measuring.length === 0 || modeling.length === 0) return usable
  const measured = (await Promise.all(measuring.map((source) => domainsOf(source, choice)))).flat()
  const needed: EnergySource<unknown>[] = []
  for (const source of modeling) {
    const modeled = await domainsOf(source, choice)
    if (modeled.some((domain) => !isCovered(domain, measured))) needed.push(source)
  }
  return [...measuring, ...needed]
}

const isCovered = (domain: EnergyDomain, measured: readonly EnergyDomain[]): boolean =>
  measured.some((other) => other.scope === domain.scope || containsDomain(other, domain))

/** Only an open source knows its domains: a sensor driver may be there for one device and not for another. */
async function domainsOf(
  source: EnergySource<unknown>,
  { options, ctx }: SourceChoice,
): Promise<readonly EnergyDomain[]> {
  try {
    await using meter = await source.open(optionsOf(source, options), ctx)
    return meter.domains
  } catch {
    // It stays chosen and covers nothing: the sampler opens it again and reports why it cannot be read.
    return []
  }
}

const optionsOf = (
  { name, options: schema }: EnergySource<unknown>,
  options: Readonly<Record<string, unknown>>,
): unknown => schema.parse(options[name] ?? {})
