/** A sensor of the kernel's hardware monitoring that measures power or energy, and how its files become watts or joules. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { messageOf } from '../../core/errors.ts'
import {
  microjoulesToJ,
  microwattsToW,
  milliampsToA,
  millivoltsToV,
  milliwattsToW,
} from '../../core/units.ts'
import { startPoller } from './poller.ts'
import { openSysfsNumber } from './sysfsNumber.ts'

/** Paths below the root, by what their numbers are. */
export type HwmonInput =
  | { kind: 'microjoules'; path: string }
  | { kind: 'microwatts'; path: string }
  | { kind: 'milliwatts'; path: string }
  | { kind: 'millivolts-milliamps'; voltsPath: string; ampsPath: string }

export interface HwmonSensor {
  /** Without source, method and what follows from the input. */
  domain: Omit<EnergyDomain, 'source' | 'isSynthetic' | 'method' | 'sensor' | 'wrapsAtJ'>
  /** What the sensor calls itself. */
  label: string
  input: HwmonInput
  /** The kernel asks another processor when the file is read, which may take a second: read it in the background. */
  isSlow?: true
}

export interface OpenedHwmon {
  domain: EnergyDomain
  /** Why it cannot be read at all; null when it can. */
  cause: string | null
  read(): { joules: number | null; watts: number | null }
  close(): Promise<void>
}

interface HwmonWorld {
  root: string
  clock: Clock
}

/** Never rejects: a sensor that cannot be read says why and reads null. */
export async function openHwmonSensor(
  world: HwmonWorld,
  sensor: HwmonSensor,
): Promise<OpenedHwmon> {
  const { domain, label, input, isSlow } = sensor
  const files = pathsOf(input).map((path) => openSysfsNumber(world.root, path))
  const closeFiles = (): void => {
    for (const file of files) file.close()
  }
  const opened: OpenedHwmon = {
    domain: {
      ...domain,
      source: 'hwmon',
      isSynthetic: false,
      method: input.kind === 'microjoules' ? 'counter' : 'power',
      sensor: `${label}: ${pathsOf(input)
        .map((path) => `/${path}`)
        .join(' times ')}`,
      wrapsAtJ: null,
    },
    cause: files.find(({ cause }) => cause !== null)?.cause ?? null,
    read() {
      const [first = null, second = null] = files.map((file) => file.read())
      return convert(input, first, second)
    },
    close: async () => closeFiles(),
  }
  if (isSlow === undefined || opened.cause !== null) return opened
  closeFiles()
  return { ...opened, ...(await inBackground(world, sensor)) }
}

export function pathsOf(input: HwmonInput): string[] {
  return input.kind === 'millivolts-milliamps' ? [input.voltsPath, input.ampsPath] : [input.path]
}

const slowEveryMs = 1000
const slowLimitMs = 5000

async function inBackground(
  { root, clock }: HwmonWorld,
  { input, domain }: HwmonSensor,
): Promise<Pick<OpenedHwmon, 'cause' | 'read' | 'close'>> {
  const [path = ''] = pathsOf(input)
  const poller = await startPoller({
    async read(signal) {
      const text = await readFile(join(root, path), { encoding: 'utf8', signal })
      return /^\d+\s*$/.test(text) ? Number(text) : null
    },
    everyMs: Math.max(slowEveryMs, domain.updatePeriodMs ?? 0),
    limitMs: slowLimitMs,
    clock,
  }).catch(messageOf)
  if (typeof poller === 'string') {
    return { cause: poller, read: () => convert(input, null, null), close: async () => {} }
  }
  return {
    cause: null,
    read: () => convert(input, poller.latest(), null),
    close: () => poller.stop(),
  }
}

function convert({ kind }: HwmonInput, first: number | null, second: number | null) {
  if (first === null) return { joules: null, watts: null }
  switch (kind) {
    case 'microjoules':
      return { joules: microjoulesToJ(first), watts: null }
    case 'microwatts':
      return { joules: null, watts: microwattsToW(first) }
    case 'milliwatts':
      return { joules: null, watts: milliwattsToW(first) }
    case 'millivolts-milliamps':
      return {
        joules: null,
        watts: second === null ? null : millivoltsToV(first) * milliampsToA(second),
      }
  }
}
