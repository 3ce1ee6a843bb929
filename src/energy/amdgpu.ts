/** Source: the energy accumulators and the power of AMD GPUs, through the kernel's sensors and AMD's management libraries. */

import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { microwattsToW } from '../core/units.ts'
import { warn } from '../core/warnings.ts'
import type { EnergyContext, EnergyReading, EnergySource } from './energySource.ts'
import { domainOfAmd } from './shared/amdDomain.ts'
import { readAmdFacts, readAmdState } from './shared/amdState.ts'
import { type AmdSensor, type AmdSensors, openAmdSensors } from './shared/openAmdSensors.ts'
import { explainMissingSysfs, openSysfs } from './shared/sysfs.ts'

const options = z.strictObject({})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'amdgpu',
  title: 'AMD GPUs',
  docs: 'Reads the energy accumulator (MI200 and newer, through libamd_smi or librocm_smi64) or the power (kernel driver) of each AMD GPU that ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES leave visible, by PCI address. Needs the amdgpu driver, no rights. The second die of a card has no sensor of its own: it is measured with the first. GPUs inside a CPU are left to rapl.',
  options,
  kind: 'measurement',
  async probe(ctx) {
    const opened = await openAmdSensors(ctx)
    try {
      const readable = opened.sensors.filter(({ cause }) => cause === null)
      if (readable.length === 0) return { status: 'unavailable', ...explain(opened, ctx) }
      const parts = readable.map(({ id, card, energy, contains }) => {
        const means = energy === null ? 'power only' : 'energy counter'
        const dies = contains.length === 0 ? '' : `, with ${contains.join(', ')}`
        return `${id} ${card.name} (${means}${dies})`
      })
      return { status: 'available', detail: [...parts, ...opened.left].join('; ') }
    } finally {
      opened.close()
    }
  },
  async open(_options, ctx) {
    const { clock, root } = ctx
    const opened = await openAmdSensors(ctx)
    const { sensors } = opened
    if (sensors.every(({ cause }) => cause !== null)) {
      opened.close()
      const why = explain(opened, ctx)
      throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'amdgpu', ...why })
    }
    return {
      domains: sensors.map(domainOfAmd),
      readsInBackground: false,
      read: () => sensors.map((sensor) => readSensor(sensor, clock.nowMs)),
      warnings: () =>
        sensors.flatMap(({ id, cause }) =>
          cause === null ? [] : [warn('ENERGY_UNKNOWN', { domain: id, cause })],
        ),
      devices: () => sensors.map(({ id, card }) => readAmdFacts(root, id, card)),
      state: () =>
        sensors.map(({ id, card }) => readAmdState(root, card, { id, nowMs: clock.nowMs })),
      async [Symbol.asyncDispose]() {
        opened.close()
      },
    }
  },
}

/** The stamp is that of the counter where there is one; watts are read right after it. */
function readSensor({ id, energy, power }: AmdSensor, nowMs: () => number): EnergyReading {
  const beforeMs = nowMs()
  const joules = energy?.readJ() ?? null
  const betweenMs = nowMs()
  const microwatts = power?.read() ?? null
  const watts = microwatts === null ? null : microwattsToW(microwatts)
  const endMs = energy === null ? nowMs() : betweenMs
  return { domain: id, atMs: (beforeMs + endMs) / 2, joules, watts }
}

function explain(
  { sensors, left }: AmdSensors,
  { root, env }: Pick<EnergyContext, 'root' | 'env'>,
): { reason: string; fix: string | null } {
  if (sensors.length > 0) {
    return { reason: sensors.map(({ id, cause }) => `${id}: ${cause}`).join('; '), fix: null }
  }
  if (left.length > 0) return { reason: left.join('; '), fix: null }
  const missing = explainMissingSysfs(openSysfs(root))
  if (missing !== null) return missing
  const hiding = ['ROCR_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'CUDA_VISIBLE_DEVICES']
  const [hider] = hiding.filter((name) => env[name] !== undefined)
  return hider === undefined
    ? { reason: 'there is no AMD GPU with its driver here', fix: null }
    : {
        reason: `there is no AMD GPU here, or ${hider}="${env[hider]}" hides it`,
        fix: `unset ${hider}`,
      }
}
