/** What `llem calibrate` found out about a sensor, kept by the device that it is of, and used for its domain afterwards. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { EnergyDomain } from '../../../core/energyDomain.ts'
import { hashJson } from '../../../core/hash.ts'
import type { SensorFit } from './fitSensor.ts'

const cardSchema = z.strictObject({
  schemaVersion: z.literal(1),
  measuredAt: z.string(),
  device: z.string(),
  domain: z.string(),
  updatePeriodMs: z.number(),
  averagingWindowMs: z.number(),
  lagMs: z.number(),
  observedShare: z.number(),
  residual: z.number(),
})
type SensorCardFile = z.infer<typeof cardSchema>

export interface CardPlace {
  cacheDir: string
  /** Root of the file system, for the machine that parts without an id of their own belong to. */
  root: string
}

/** Returns the path of the card. */
export function writeSensorCard(
  domain: EnergyDomain,
  { updatePeriodMs, averagingWindowMs, lagMs, observedShare, residual }: SensorFit,
  { measuredAt, ...place }: CardPlace & { measuredAt: string },
): string {
  const path = cardPath(domain, place)
  const card: SensorCardFile = {
    schemaVersion: 1,
    measuredAt,
    device: deviceOf(domain, place.root),
    domain: domain.id,
    updatePeriodMs,
    averagingWindowMs,
    lagMs,
    observedShare,
    residual,
  }
  mkdirSync(cardsDir(place), { recursive: true })
  writeFileSync(`${path}.tmp`, `${JSON.stringify(card, null, 2)}\n`)
  renameSync(`${path}.tmp`, path)
  return path
}

/** The domain with what its card says; as it is where there is none that can be read. */
export function withSensorCard(domain: EnergyDomain, place: CardPlace): EnergyDomain {
  const card = readCard(cardPath(domain, place))
  if (card === null) return domain
  const { updatePeriodMs, averagingWindowMs, lagMs, observedShare } = card
  const calibrated = { ...domain, updatePeriodMs, observedShare, isCalibrated: true } as const
  // What a counter shows is a sum: over what each of its steps was averaged says only what it did not look at.
  return domain.method === 'power' ? { ...calibrated, averagingWindowMs, lagMs } : calibrated
}

const cardsDir = ({ cacheDir }: CardPlace): string => join(cacheDir, 'sensor-cards')

/** The same device may be read in several ways, each of which is a sensor of its own. */
function cardPath(domain: EnergyDomain, place: CardPlace): string {
  const { source, scope, method, id, deviceId } = domain
  const device = deviceOf(domain, place.root)
  const key = hashJson([device, source, scope, method, deviceId === null ? id : null])
  return join(cardsDir(place), `${key.slice(0, 16)}.json`)
}

/** UUID or PCI address; a part of the machine is known by the machine. machine-id(5) is not to be shown as it is. */
function deviceOf({ deviceId }: EnergyDomain, root: string): string {
  return deviceId ?? `machine-${hashJson(['sensor card', machineId(root)]).slice(0, 16)}`
}

function machineId(root: string): string {
  try {
    return readFileSync(join(root, 'etc/machine-id'), 'utf8').trim()
  } catch {
    // Not Linux, or a container without one: cards of parts of it hold for every such machine with this cache.
    return ''
  }
}

function readCard(path: string): SensorCardFile | null {
  try {
    return cardSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // There is none, or another version wrote it: the sensor is as its source states.
    return null
  }
}
