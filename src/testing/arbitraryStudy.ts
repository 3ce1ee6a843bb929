/** Random studies that are valid for `sampleSections`: shared fields, a sweep of axes and groups, entries, and a base. */

import fc from 'fast-check'
import { arbitraryExperiment } from './arbitraryExperiment.ts'

type Fields = Record<string, unknown>

export interface ArbitraryStudy {
  /** The file itself; it names `base.yaml` as its base when there is one. */
  study: Fields
  /** Keys that the file itself does not have; null when there is no base. */
  base: Fields | null
  /** Number of experiments by the rule of products. */
  count: number
}

const plain = { noNullPrototype: true }
const axis = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: 1, maxLength: 3 })

/** Fields that no group sets, so that nothing is swept twice. */
const axes = fc.record(
  {
    n: axis(fc.integer({ min: 1, max: 99 })),
    'decoder.temperature': axis(fc.constantFrom(0, 0.5, 1)),
    'load.concurrency': axis(fc.integer({ min: 1, max: 8 })),
    'energy.sources': axis(fc.constantFrom(['rapl'], [])),
    'llamacpp.threads': axis(fc.integer({ min: 1, max: 8 })),
    'fake.tokens_per_second': axis(fc.integer({ min: 1, max: 8 })),
  },
  { requiredKeys: [], ...plain },
)

/** Alternatives, of which a list of two or three values is a grid of its own. */
const group = fc.array(
  fc.record(
    {
      max_output_tokens: fc.oneof(
        fc.constantFrom(100, 200),
        fc.constantFrom([100, 200], [100, 200, 300]),
      ),
      'warmup.window_size': fc.constantFrom(3, 4),
    },
    { requiredKeys: [], ...plain },
  ),
  { minLength: 2, maxLength: 3 },
)

const entries = fc.array(
  fc.record(
    {
      n: fc.integer({ min: 1, max: 99 }),
      decoder: fc.record({ top_k: fc.integer({ min: 0, max: 9 }) }, plain),
      random_seed: fc.nat(99),
    },
    { requiredKeys: [], ...plain },
  ),
  { minLength: 1, maxLength: 3 },
)

export const arbitraryStudy: fc.Arbitrary<ArbitraryStudy> = fc
  .record({
    shared: arbitraryExperiment,
    axes,
    group: fc.option(group),
    entries: fc.option(entries),
    inBase: fc.option(fc.infiniteStream(fc.boolean())),
  })
  .map(({ shared, axes: chosen, group: alternatives, entries: explicit, inBase }) => {
    const own = ownAxes(chosen, shared['backend'] === 'fake' ? 'fake' : 'llamacpp')
    const sweep = { ...own, ...(alternatives === null ? {} : { outputs: alternatives }) }
    const isSwept = Object.keys(sweep).length > 0
    const whole: Fields = {
      ...shared,
      ...(isSwept ? { sweep } : {}),
      ...(explicit === null ? {} : { experiments: explicit }),
    }
    const swept = Object.values(own).reduce((size, values) => size * values.length, 1)
    const product = swept * (alternatives === null ? 1 : sizeOf(alternatives))
    const count = (isSwept || explicit === null ? product : 0) + (explicit?.length ?? 0)
    if (inBase === null) return { study: whole, base: null, count }
    const isBelow = Object.keys(whole).map((key) => [key, inBase.next().value] as const)
    const pick = (below: boolean): Fields =>
      Object.fromEntries(
        isBelow.filter(([, one]) => one === below).map(([key]) => [key, whole[key]]),
      )
    return { study: { base: 'base.yaml', ...pick(false) }, base: pick(true), count }
  })

/** Axes of the other backend would apply to no experiment. */
function ownAxes(chosen: Record<string, unknown[]>, backend: string): Record<string, unknown[]> {
  const other = backend === 'fake' ? 'llamacpp.' : 'fake.'
  return Object.fromEntries(Object.entries(chosen).filter(([key]) => !key.startsWith(other)))
}

/** A group is as long as its alternatives with their grids written out. */
function sizeOf(alternatives: readonly Fields[]): number {
  return alternatives.reduce((sum, entry) => {
    const lists = Object.values(entry).filter(Array.isArray)
    return sum + lists.reduce((size, values) => size * values.length, 1)
  }, 0)
}
