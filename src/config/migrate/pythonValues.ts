/** Values of the Python tool in our words. */

/** Our value with further keys that it needs, or why there is none. */
export type Conversion = (value: unknown) =>
  | {
      value: unknown
      also?: readonly { path: readonly string[]; value: unknown }[]
      /** It counts even where our key is there already. */
      replaces?: true
    }
  | { why: string }

export const asName: Conversion = (value) => ({
  value:
    value === null
      ? null
      : String(value)
          .replace(/[^\w.-]+/g, '-')
          .replace(/-+$/, ''),
})

export const asCycleOrder = renaming({
  interleave: 'interleaved',
  shuffle: 'shuffled',
  reverse: 'reversed',
})

export const asPyTorch = renaming({ transformers: 'pytorch' })

export const asPrecision: Conversion = (value) =>
  value === 'auto'
    ? { why: 'auto is what an absent precision means' }
    : renaming({ float32: 'fp32', float16: 'fp16', bfloat16: 'bf16' })(value)

/** Its sources read NVML or estimate; ours are named for what they read. */
export const asEnergySources: Conversion = (value) => {
  const sources = new Map<unknown, unknown>([
    ['nvml', ['nvml']],
    ['zeus', ['nvml']],
    [null, []],
  ])
  return { value: sources.has(value) ? sources.get(value) : 'auto' }
}

export const asTemperature: Conversion = (value) =>
  value === false ? { value: 0, replaces: true } : { why: 'a decoder.temperature above 0 samples' }

/** vLLM writes "off" as -1. */
export const asTopK: Conversion = (value) => ({ value: value === -1 ? 0 : value })

export const asSilence: Conversion = (value) =>
  value === 0 ? { why: 'silence always has a limit: raise it where it is too short' } : { value }

function renaming(names: Readonly<Record<string, string>>): Conversion {
  return (value) => ({
    value: typeof value === 'string' && Object.hasOwn(names, value) ? names[value] : value,
  })
}
