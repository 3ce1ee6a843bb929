/** Source: a wall meter outside the machine, asked over the network or through a command, at a rate of its own. */

import { z } from 'zod'
import type { EnergyDomain } from '../core/energyDomain.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { secondsToMs } from '../core/units.ts'
import type { EnergyContext, EnergySource } from './energySource.ts'
import { describeMeter, type ExternalMeter, type MeterChoice } from './shared/externalMeters.ts'
import { unauthorized } from './shared/fetchJson.ts'
import { startPoller } from './shared/poller.ts'

const options = z
  .strictObject({
    type: z
      .enum(['shelly-gen1', 'shelly-gen2', 'tasmota', 'json', 'command', 'ipmi', 'redfish'])
      .optional()
      .describe('which meter is asked; absent: none'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'address of the meter (shelly, tasmota, redfish) or of the JSON; name and password belong in LLEM_METER_USER and LLEM_METER_PASSWORD',
      ),
    channel: z.int().min(0).default(0).describe('which of its outlets feeds this machine (shelly)'),
    path: z
      .string()
      .min(1)
      .optional()
      .describe('where the power is in the JSON: a.b, a[0].b (json)'),
    unit: z.enum(['W', 'kW', 'mW']).default('W').describe('unit of that power (json)'),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('program and arguments that print watts on a line and end (command)'),
    host: z
      .string()
      .min(1)
      .optional()
      .describe("address of the board controller; absent: this machine's own (ipmi)"),
    interval_seconds: z.number().min(0.1).default(1).describe('how often it is asked'),
    lag_seconds: z
      .number()
      .min(0)
      .optional()
      .describe('how late its values are, beyond the interval; absent: not known'),
    resolution_watts: z
      .number()
      .positive()
      .optional()
      .describe('its smallest step; absent: as the type of meter has it'),
    uncertainty: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'its relative standard uncertainty, 0.01 is 1 %; absent: as the type of meter has it',
      ),
  })
  .superRefine(({ type, url, path, command }, { addIssue }) => {
    const miss = (key: string, isMissing: boolean): void => {
      if (!isMissing) return
      addIssue({ code: 'custom', path: [key], message: `expected a value, as type is ${type}` })
    }
    miss('url', type !== undefined && hasUrl(type) && url === undefined)
    miss('path', type === 'json' && path === undefined)
    miss('command', type === 'command' && command === undefined)
    if (url !== undefined && /^https?:\/\/[^/]*@/.test(url)) {
      const message =
        'expected a URL without a name and password: set LLEM_METER_USER and LLEM_METER_PASSWORD'
      addIssue({ code: 'custom', path: ['url'], message })
    }
  })
type Options = z.output<typeof options>

/** The longest that an answer may take before the next is asked for. */
const answerLimitMs = 5000

export const source: EnergySource<Options> = {
  name: 'external',
  title: 'Wall meter',
  docs: 'Asks a power meter outside the machine: a Shelly or Tasmota plug, anything that answers JSON over HTTP, a command that prints watts, or the board controller of a server (IPMI, Redfish). It measures everything behind the meter. Asked in the background about once a second; its lag and its resolution are in the domain. Nothing is read until energy.external.type is set.',
  options,
  kind: 'measurement',
  async probe(ctx, chosen) {
    const choice = chosen === undefined ? null : choiceOf(chosen)
    if (choice === null) return { status: 'unavailable', ...notChosen }
    const meter = describeMeter(choice, ctx)
    try {
      const poller = await pollerOf(meter, chosen, ctx)
      const watts = poller.latest()
      await poller.stop()
      if (watts === null) throw new Error('its answer has no power')
      return { status: 'available', detail: `${meter.label}: ${watts} W now` }
    } catch (thrown) {
      return { status: 'unavailable', ...explain(meter, thrown) }
    }
  },
  async open(chosen, ctx) {
    const { clock } = ctx
    const choice = choiceOf(chosen)
    if (choice === null) throw unavailable(notChosen)
    const meter = describeMeter(choice, ctx)
    const poller = await pollerOf(meter, chosen, ctx).catch((thrown) => {
      throw unavailable(explain(meter, thrown), thrown)
    })
    return {
      domains: [domainOf(meter, chosen)],
      readsInBackground: true,
      read: () => [{ domain: 'wall', atMs: clock.nowMs(), joules: null, watts: poller.latest() }],
      [Symbol.asyncDispose]: () => poller.stop(),
    }
  },
}

const hasUrl = (type: Options['type']): boolean => type !== 'command' && type !== 'ipmi'

interface Explanation {
  reason: string
  fix: string | null
}

const notChosen: Explanation = {
  reason: 'no meter is chosen',
  fix: 'Set energy.external.type in the study file (docs/energy-sources.md, external)',
}

function unavailable(explanation: Explanation, cause?: unknown): AppError {
  return new AppError(
    'ENERGY_SOURCE_UNAVAILABLE',
    { source: 'external', ...explanation },
    { cause },
  )
}

function explain({ label, fix }: ExternalMeter, thrown: unknown): Explanation {
  const reason = messageOf(thrown)
  return {
    reason: `${label}: ${reason}`,
    fix: reason === unauthorized ? 'export LLEM_METER_USER=... LLEM_METER_PASSWORD=...' : fix,
  }
}

/** Null when no meter is chosen. The schema has seen to it that what a type needs is there. */
function choiceOf({
  type,
  url = '',
  channel,
  path = '',
  unit,
  command = [],
  host,
}: Options): MeterChoice | null {
  switch (type) {
    case undefined:
      return null
    case 'shelly-gen1':
    case 'shelly-gen2':
      return { type, url, channel }
    case 'tasmota':
    case 'redfish':
      return { type, url }
    case 'json':
      return { type, url, path, unit }
    case 'command':
      return { type, command }
    case 'ipmi':
      return { type, host: host ?? null }
  }
}

const pollerOf = (meter: ExternalMeter, chosen: Options | undefined, { clock }: EnergyContext) =>
  startPoller({
    read: meter.readW,
    everyMs: secondsToMs(chosen?.interval_seconds ?? 1),
    limitMs: answerLimitMs,
    clock,
  })

function domainOf(meter: ExternalMeter, chosen: Options): EnergyDomain {
  const { interval_seconds, lag_seconds, resolution_watts, uncertainty } = chosen
  return {
    id: 'wall',
    source: 'external',
    scope: 'wall',
    method: 'power',
    isSynthetic: false,
    sensor: meter.label,
    deviceId: null,
    contains: [],
    updatePeriodMs: Math.max(secondsToMs(interval_seconds), meter.updatePeriodMs ?? 0),
    averagingWindowMs: meter.averagingWindowMs,
    lagMs: lag_seconds === undefined ? meter.lagMs : secondsToMs(lag_seconds),
    resolutionW: resolution_watts ?? meter.resolutionW,
    wrapsAtJ: null,
    gainUncertainty: uncertainty ?? meter.gainUncertainty,
  }
}
