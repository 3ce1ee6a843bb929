/** Which readings of an NVIDIA board work, and what each of them is a reading of. */

import type { NvmlBoard } from './findNvmlBoards.ts'
import type { VisibleGpu } from './findVisibleGpus.ts'
import { type NvmlLibrary, type NvmlResult, nvmlCodes } from './loadNvml.ts'
import { type FieldRequest, nvmlFields, nvmlScopes } from './nvmlFields.ts'

/** How a value is read: by a function of its own, or as a numbered field. */
export type NvmlCall = 'function' | (FieldRequest & { scope: number })

/** One energy domain of a board. */
export interface NvmlSensor {
  id: string
  gpu: VisibleGpu<NvmlBoard>
  scope: 'board' | 'module' | 'memory'
  method: 'counter' | 'power'
  /** What gives joules; null when nothing does. */
  energy: NvmlCall | null
  /** What gives watts; null when nothing does. */
  power: NvmlCall | null
  /** Ids of the domains inside this one. */
  contains: string[]
  /** UUID of the device. Boards that share a module share that of the first. */
  deviceId: string
  /** Why the board's own reading is not here, where this one stands in for it; null otherwise. */
  cause: string | null
}

interface BoardOptions {
  nvml: NvmlLibrary
  id: string
  gpu: VisibleGpu<NvmlBoard>
  board: NvmlBoard
}

/** The domains of one board: the board itself, then its module and its memory where the driver knows them. */
export function findNvmlSensors(options: BoardOptions): NvmlSensor[] {
  const { id, gpu, board } = options
  const found = probeBoard(options)
  const base = { gpu, contains: [], deviceId: board.uuid, cause: null }
  const memory: NvmlSensor[] =
    found.memory.power === null && found.memory.energy === null
      ? []
      : [{ ...base, ...sensorOf(found.memory), id: `${id}-memory`, scope: 'memory' }]
  const hasModule = found.module.power !== null || found.module.energy !== null
  const contains = memory.map((one) => one.id)
  if (!found.board.isReadable && hasModule) {
    const cause = `the driver refuses readings of the GPU alone (${found.board.cause})`
    return [{ ...base, ...sensorOf(found.module), id, scope: 'module', contains, cause }, ...memory]
  }
  const module: NvmlSensor[] = hasModule
    ? [
        {
          ...base,
          ...sensorOf(found.module),
          id: `${id}-module`,
          scope: 'module',
          contains: [id, ...contains],
        },
      ]
    : []
  const own: NvmlSensor = { ...base, ...sensorOf(found.board), id, scope: 'board', contains }
  return [
    { ...own, cause: found.board.isReadable ? null : found.board.cause },
    ...module,
    ...memory,
  ]
}

/**
 * Every GPU of a module reports the whole module, so the module is one domain: that of the first, holding all of them. GPUs
 * of one module hang on one CPU socket.
 */
export function mergeModules(
  sensors: readonly NvmlSensor[],
  boards: readonly NvmlBoard[],
): NvmlSensor[] {
  const firstOn = new Map<number, NvmlSensor>()
  return sensors.flatMap((sensor) => {
    const node = sensor.gpu.board?.numaNode ?? null
    if (sensor.scope !== 'module' || node === null) return [sensor]
    const first = firstOn.get(node)
    if (first === undefined) {
      const neighbors = boards
        .filter(({ numaNode }) => numaNode === node)
        .sort((a, b) => (a.busId < b.busId ? -1 : 1))
      const merged = { ...sensor, deviceId: neighbors[0]?.uuid ?? sensor.deviceId }
      firstOn.set(node, merged)
      return [merged]
    }
    first.contains = [...first.contains, ...sensor.contains]
    return []
  })
}

interface Readings {
  energy: NvmlCall | null
  power: NvmlCall | null
}

const sensorOf = ({
  energy,
  power,
}: Readings): Pick<NvmlSensor, 'energy' | 'power' | 'method'> => ({
  energy,
  power,
  method: energy === null ? 'power' : 'counter',
})

interface Probed {
  board: Readings & { isReadable: boolean; cause: string }
  module: Readings
  memory: Readings
}

function probeBoard({ nvml, board }: BoardOptions): Probed {
  const { handle } = board
  const candidates = Object.values(nvmlScopes).flatMap((scope) =>
    fieldIds.map((field) => ({ field, scope })),
  )
  const values = nvml.fieldReader(candidates)(handle)
  const field = (id: number, scope: number): FieldProbe => {
    const index = candidates.findIndex((one) => one.field === id && one.scope === scope)
    return { call: { field: id, scope }, result: values[index] ?? missing }
  }
  const energy: FieldProbe = { call: 'function', result: nvml.energyJ(handle) }
  const usage: FieldProbe = { call: 'function', result: nvml.usagePowerW(handle) }
  const energies = [energy, field(nvmlFields.energy, 0), field(nvmlFields.totalEnergy, 0)]
  const powers = [field(nvmlFields.instantPower, 0), field(nvmlFields.averagePower, 0)]
  const scopedEnergy = (scope: number): NvmlCall | null => {
    const { call, result } = field(nvmlFields.energy, scope)
    // A driver that does not know the scope gives the board's counter again.
    const isOwn = result.ok && energies.every((one) => !isSame(one, result.value))
    return isOwn && result.value > 0 ? call : null
  }
  const scopedPowers = (ids: readonly number[], scope: number): FieldProbe[] =>
    ids
      .filter((id) => isGraceHopper || !isRepeat(field(id, scope), field(id, 0)))
      .map((id) => field(id, scope))
  // On Grace Hopper the counter and the plain power are those of the module: https://github.com/ml-energy/zeus/pull/172
  const isGraceHopper = /\bGH\d{3}\b/.test(board.name)
  const { module, memory } = nvmlScopes
  return {
    board: boardReadings(
      isGraceHopper ? [] : energies,
      isGraceHopper ? powers : [...powers, usage],
    ),
    module: {
      energy: isGraceHopper ? firstCall(energies) : scopedEnergy(module),
      power: firstCall([
        ...scopedPowers([nvmlFields.instantPower, nvmlFields.averagePower], module),
        ...(isGraceHopper ? [usage] : []),
      ]),
    },
    memory: {
      energy: scopedEnergy(memory),
      // The average is the one that is known to work, on H100: https://github.com/ml-energy/zeus/pull/122
      power: firstCall(scopedPowers([nvmlFields.averagePower, nvmlFields.instantPower], memory)),
    },
  }
}

interface FieldProbe {
  call: NvmlCall
  result: NvmlResult<number>
}

const fieldIds = [
  nvmlFields.energy,
  nvmlFields.totalEnergy,
  nvmlFields.instantPower,
  nvmlFields.averagePower,
]
const missing: NvmlResult<number> = {
  ok: false,
  code: nvmlCodes.functionNotFound,
  cause: 'missing',
}

/** Joules of the function, millijoules of a field: the same counter, read some microseconds apart. */
function isSame({ call, result }: FieldProbe, millijoules: number): boolean {
  if (!result.ok) return false
  const other = call === 'function' ? result.value * 1000 : result.value
  return Math.abs(other - millijoules) <= 1e-6 * other
}

/** Read in one call, a scope that the driver does not know gives the board's value again. */
const isRepeat = ({ result }: FieldProbe, { result: board }: FieldProbe): boolean =>
  result.ok && board.ok && result.value === board.value

/** Zero is no reading: whatever is powered never draws 0 W, and drivers answer so for scopes that they lack. */
const firstCall = (probes: readonly FieldProbe[]): NvmlCall | null =>
  probes.find(({ result }) => result.ok && result.value > 0)?.call ?? null

/** A board whose counter fails although it has one keeps it, to read null: the next reading may succeed. */
function boardReadings(energies: readonly FieldProbe[], powers: readonly FieldProbe[]) {
  const working = energies.find(({ result }) => result.ok)
  const failing = energies.find(({ result }) => !result.ok && !isMissing(result.code))
  const power = powers.find(({ result }) => result.ok)?.call ?? null
  const energy = (working ?? failing)?.call ?? null
  const causes = [...energies.slice(0, 1), ...powers.slice(-1)].flatMap(({ result }) =>
    result.ok ? [] : [result.cause],
  )
  return {
    energy,
    power,
    isReadable: energy !== null || power !== null,
    cause: [...new Set(causes)].join(', '),
  }
}

const isMissing = (code: number): boolean =>
  code === nvmlCodes.notSupported || code === nvmlCodes.functionNotFound
