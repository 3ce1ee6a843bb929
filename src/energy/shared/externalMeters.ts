/** The meters that the source `external` can ask, each by its own words for power. */

import type { Environment } from '../../core/context.ts'
import { kilowattsToW, milliwattsToW } from '../../core/units.ts'
import type { EnergyContext } from '../energySource.ts'
import { fetchJson, meterCredentials } from './fetchJson.ts'
import { valueAtPath } from './jsonPath.ts'
import { printedWatts, runMeterCommand } from './meterCommand.ts'

/** As a study writes it, checked. */
export type MeterChoice =
  | { type: 'shelly-gen1' | 'shelly-gen2'; url: string; channel: number }
  | { type: 'tasmota'; url: string }
  | { type: 'json'; url: string; path: string; unit: 'W' | 'kW' | 'mW' }
  | { type: 'command'; command: readonly string[] }
  | { type: 'ipmi'; host: string | null }
  | { type: 'redfish'; url: string }

export interface ExternalMeter {
  /** What is asked, without secrets. */
  label: string
  /** Watts; null when the answer has none. Rejects when there is no answer. */
  readW(signal: AbortSignal): Promise<number | null>
  /** How often a new value appears; null when nobody says. */
  updatePeriodMs: number | null
  /** Each value is a mean over this time; null when nobody says. */
  averagingWindowMs: number | null
  /** How late a value is beyond that and its period; null when nobody says. */
  lagMs: number | null
  resolutionW: number | null
  /** Relative standard uncertainty. */
  gainUncertainty: number
  /** What to type when it does not answer. */
  fix: string
}

export function describeMeter(choice: MeterChoice, ctx: EnergyContext): ExternalMeter {
  switch (choice.type) {
    case 'shelly-gen1':
      return httpMeter(ctx, smartPlug(0.01), {
        label: 'Shelly (first generation)',
        url: urlBelow(choice.url, `meter/${choice.channel}`),
        path: 'power',
      })
    case 'shelly-gen2':
      return httpMeter(ctx, smartPlug(0.1), {
        label: 'Shelly (second generation and newer)',
        url: urlBelow(choice.url, `rpc/Switch.GetStatus?id=${choice.channel}`),
        path: 'apower',
      })
    case 'tasmota':
      return httpMeter(ctx, smartPlug(1), {
        label: 'Tasmota',
        url: tasmotaUrl(choice.url, ctx.env),
        path: 'StatusSNS.ENERGY.Power',
      })
    case 'json':
      return httpMeter(ctx, unknownMeter, {
        label: 'JSON over HTTP',
        url: choice.url,
        path: choice.path,
        toW: { W: (value: number) => value, kW: kilowattsToW, mW: milliwattsToW }[choice.unit],
      })
    case 'command':
      return commandMeter(ctx, choice.command)
    case 'ipmi':
      return ipmiMeter(ctx, choice.host)
    case 'redfish':
      return redfishMeter(ctx, choice.url)
  }
}

type Figures = Omit<ExternalMeter, 'label' | 'readW' | 'fix'>

/** They measure once a second, over that second, to about 1 %. How long they take to tell is not known. */
const smartPlug = (resolutionW: number): Figures => ({
  updatePeriodMs: 1000,
  averagingWindowMs: 1000,
  lagMs: null,
  resolutionW,
  gainUncertainty: 0.01,
})
/** Nothing is known: our assumption, which the options replace. */
const unknownMeter: Figures = {
  updatePeriodMs: null,
  averagingWindowMs: null,
  lagMs: null,
  resolutionW: null,
  gainUncertainty: 0.05,
}
/** Whole watts, about once a second, over a window that no maker states. */
const boardController: Figures = {
  updatePeriodMs: 1000,
  averagingWindowMs: null,
  lagMs: null,
  resolutionW: 1,
  gainUncertainty: 0.05,
}

interface HttpMeter {
  label: string
  url: string
  path: string
  toW?(value: number): number
}

function httpMeter(
  { env }: EnergyContext,
  figures: Figures,
  { label, url, path, toW = (value) => value }: HttpMeter,
): ExternalMeter {
  const shown = withoutQuery(url)
  return {
    ...figures,
    label: `${label} at ${shown}, ${path}`,
    fix: `curl ${shown}`,
    async readW(signal) {
      const json = await fetchJson({ url, signal, env })
      const value = valueAtPath(json, path)
      if (value === undefined) throw new Error(`its answer has no ${path}`)
      const number = typeof value === 'string' && value !== '' ? Number(value) : value
      return typeof number === 'number' && number >= 0 ? toW(number) : null
    },
  }
}

const urlBelow = (base: string, path: string): string => `${base.replace(/\/+$/, '')}/${path}`
/** Queries may hold a password. */
const withoutQuery = (url: string): string => url.replace(/\?.*$/, '')

/** Tasmota takes name and password in the query alone. https://tasmota.github.io/docs/Commands/#with-web-requests */
function tasmotaUrl(base: string, env: Environment): string {
  const { user, password } = meterCredentials(env)
  const secrets =
    user === null
      ? ''
      : `&user=${encodeURIComponent(user)}&password=${encodeURIComponent(password)}`
  return `${urlBelow(base, 'cm?cmnd=Status%208')}${secrets}`
}

function commandMeter(ctx: EnergyContext, argv: readonly string[]): ExternalMeter {
  return {
    ...unknownMeter,
    label: `the command ${argv[0]}`,
    fix: argv.join(' '),
    readW: async (signal) => printedWatts(await runMeterCommand(argv, { ctx, signal })),
  }
}

/** With a host, over the network; without, by the machine's own controller, which needs root or a readable /dev/ipmi0. */
function ipmiMeter(ctx: EnergyContext, host: string | null): ExternalMeter {
  const { user, password } = meterCredentials(ctx.env)
  const remote = host === null ? [] : ['-I', 'lanplus', '-H', host, '-U', user ?? '', '-E']
  const argv = ['ipmitool', ...remote, 'dcmi', 'power', 'reading']
  return {
    ...boardController,
    label: `ipmitool dcmi power reading${host === null ? '' : ` of ${host}`}`,
    fix: host === null ? `sudo ${argv.join(' ')}` : argv.join(' '),
    async readW(signal) {
      const lines = await runMeterCommand(argv, {
        // -E reads the password from there: an argument could be read by everybody.
        ctx: { ...ctx, env: { ...ctx.env, IPMI_PASSWORD: password } },
        signal,
      })
      const words = lines.map(
        (line) => /Instantaneous power reading:\s*(\d+)\s*Watts/.exec(line)?.[1],
      )
      const watts = words.find((word) => word !== undefined)
      return watts === undefined ? null : Number(watts)
    },
  }
}

/** Power of the first chassis that states it. https://redfish.dmtf.org, schemas Chassis, Power and EnvironmentMetrics */
function redfishMeter({ env }: EnergyContext, base: string): ExternalMeter {
  const get = (path: string, signal: AbortSignal): Promise<unknown> =>
    fetchJson({ url: urlBelow(base, path.replace(/^\//, '')), signal, env })
  let found: { path: string; value: string } | null = null
  return {
    ...boardController,
    label: `Redfish chassis at ${withoutQuery(base)}`,
    fix: `curl ${urlBelow(withoutQuery(base), 'redfish/v1/Chassis')}`,
    async readW(signal) {
      found ??= await findChassisPower(get, signal)
      const watts = valueAtPath(await get(found.path, signal), found.value)
      return typeof watts === 'number' ? watts : null
    },
  }
}

async function findChassisPower(
  get: (path: string, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<{ path: string; value: string }> {
  const members = valueAtPath(await get('redfish/v1/Chassis', signal), 'Members')
  for (const member of Array.isArray(members) ? members : []) {
    const chassis = valueAtPath(member, '@odata\\.id')
    for (const { below, value } of chassisPower) {
      const path = `${chassis}/${below}`
      // A chassis need not have each of them.
      const json = await get(path, signal).catch(() => null)
      if (typeof valueAtPath(json, value) === 'number') return { path, value }
    }
  }
  throw new Error('none of its chassis states its power')
}

const chassisPower = [
  { below: 'Power', value: 'PowerControl[0].PowerConsumedWatts' },
  { below: 'EnvironmentMetrics', value: 'PowerWatts.Reading' },
]
