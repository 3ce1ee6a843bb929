/** Opens the sensors of the AMD GPUs that a ROCm program sees: per die an energy counter, power, or nothing. */

import { microjoulesToJ } from '../../core/units.ts'
import type { EnergyContext } from '../energySource.ts'
import { type AmdCard, findAmdCards } from './findAmdCards.ts'
import { findVisibleAmdCards } from './findVisibleAmdCards.ts'
import { type AmdSmi, loadAmdSmi } from './loadAmdSmi.ts'
import { openSysfsNumber, type SysfsNumber } from './sysfsNumber.ts'

export interface AmdSensor {
  id: string
  card: AmdCard
  /** What gives joules; null when nothing does. */
  energy: { readJ(): number | null; words: string; close(): void } | null
  /** What gives watts; null when nothing does. */
  power: SysfsNumber | null
  /** Ids of the dies whose energy is in this one. */
  contains: string[]
  /** Why it reads null; null when it reads. */
  cause: string | null
}

export interface AmdSensors {
  sensors: AmdSensor[]
  /** Cards that were found and are not read, with the reason. */
  left: string[]
  close(): void
}

export async function openAmdSensors(ctx: EnergyContext): Promise<AmdSensors> {
  const all = findAmdCards(ctx.root)
  const visible = findVisibleAmdCards(all, ctx)
  const read = withPrimaries(visible, all).filter(({ isApu }) => !isApu)
  // Loading and starting it takes time and files: only where there is a card for it.
  const smi = read.length === 0 ? null : await loadAmdSmi(ctx.root)
  const ids = new Map(read.map(({ busId }, i) => [busId, `amdgpu${i}`]))
  const sensors = read.map((card) => openSensor(ctx.root, card, { smi, ids, all: read }))
  return {
    sensors,
    left: visible.filter(({ isApu }) => isApu).map(apuReason),
    close() {
      for (const { energy, power } of sensors) {
        energy?.close()
        power?.close()
      }
      smi?.close()
    },
  }
}

const apuReason = ({ name, busId }: AmdCard): string =>
  `${name} at ${busId} is part of a CPU: its sensor measures the whole package, which rapl reads`

/** A second die is measured with the first: where the first is not visible it is read all the same. */
function withPrimaries(visible: readonly AmdCard[], all: readonly AmdCard[]): AmdCard[] {
  const missing = visible.flatMap(({ measuredBy }) =>
    all.filter(({ busId }) => busId === measuredBy && !visible.some((one) => one.busId === busId)),
  )
  return [...visible, ...new Set(missing)]
}

interface Parts {
  smi: AmdSmi | null
  ids: ReadonlyMap<string, string>
  all: readonly AmdCard[]
}

function openSensor(root: string, card: AmdCard, { smi, ids, all }: Parts): AmdSensor {
  const { busId, measuredBy, powerPath } = card
  const id = ids.get(busId) ?? busId
  const energy = measuredBy === null ? openEnergy(root, card, smi) : null
  const power = powerPath === null ? null : openSysfsNumber(root, powerPath)
  const contains = all.flatMap((other) =>
    other.measuredBy === busId ? [ids.get(other.busId) ?? ''] : [],
  )
  const primary = measuredBy === null ? null : ids.get(measuredBy)
  const cause =
    primary !== null
      ? `the die has no sensor of its own: its energy is in ${primary}`
      : energy === null && (power === null || power.cause !== null)
        ? (power?.cause ?? 'the driver reports neither energy nor power')
        : null
  return { id, card, energy, power, contains, cause }
}

/** The accumulator of the library, else a counter among the sensors. A first value of 0 is that of a die without one. */
function openEnergy(root: string, card: AmdCard, smi: AmdSmi | null): AmdSensor['energy'] {
  const { busId, energyPath } = card
  const firstJ = smi?.energyJ(busId) ?? null
  if (smi !== null && firstJ !== null && firstJ > 0) {
    return { readJ: () => smi.energyJ(busId), words: smi.call, close: () => {} }
  }
  if (energyPath === null) return null
  const file = openSysfsNumber(root, energyPath)
  if (file.cause !== null) return null
  return {
    readJ() {
      const microjoules = file.read()
      return microjoules === null ? null : microjoulesToJ(microjoules)
    },
    words: `/${energyPath}`,
    close: file.close,
  }
}
