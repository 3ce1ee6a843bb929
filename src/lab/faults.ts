/** Twenty ways in which sensors go wrong, and clean machines beside them: what the agreement of sensors must tell apart. */

import type { EnergyDomain } from '../core/energyDomain.ts'
import { type Random, seededRandom } from '../core/random.ts'
import type { EnergyInput } from '../measure/energy/summarizeEnergy.ts'
import type { Agreement } from '../store/resultFile.ts'
import { devicePower } from './devicePower.ts'
import type { LabDomain } from './labMeter.ts'
import { type PowerCurve, sumOfCurves } from './powerCurve.ts'
import { runLab } from './runLab.ts'
import type { SensorModel } from './sensorModel.ts'

export interface InjectedFault {
  name: string
  cause: NonNullable<Agreement['cause']>
  domains(machine: Machine): LabDomain[]
}

/** Two boards that work on different things, a CPU, and what they sum to. */
export interface Machine {
  board: PowerCurve
  otherBoard: PowerCurve
  cpu: PowerCurve
  wall: PowerCurve
  random: Random
}

const window = { startMs: 3000, endMs: 15_000 }
const endMs = 18_000

/** Readings of the domains that `domainsOf` puts on a machine of that seed. */
export async function runMachine(
  domainsOf: (machine: Machine) => LabDomain[],
  seed: number,
): Promise<EnergyInput> {
  const domains = domainsOf(machineOf(seed))
  return runLab({ domains, window, startMs: 500, endMs, seed, isAligned: false })
}

function machineOf(seed: number): Machine {
  const random = seededRandom(seed, 7)
  const device = (idleW: number, loadW: number): PowerCurve =>
    devicePower(
      { idleW, loadW, loads: [window], endMs, shape: 'bursts', burstMs: 900, lowShare: 0.4 },
      random,
    )
  const [board, otherBoard, cpu] = [device(60, 400), device(50, 300), device(30, 120)]
  const wall = sumOfCurves(
    [
      { curve: board, share: 1.08 },
      { curve: cpu, share: 1.08 },
    ],
    60,
  )
  return { board, otherBoard, cpu, wall, random }
}

/** A board as NVML shows it: a counter and power, both of 100 ms. */
function boardDomain(
  { random }: Machine,
  curve: PowerCurve,
  changed: {
    counter?: Partial<SensorModel>
    watts?: Partial<SensorModel>
    domain?: Partial<EnergyDomain>
  } = {},
): LabDomain {
  const phaseMs = 100 * random.uniform()
  // One shunt stands behind both; what is left between them is small.
  const gain = 1 + 0.03 * random.normal()
  const common = { curve, publishMs: 100.3, phaseMs, gain }
  return {
    domain: {
      id: 'gpu0',
      source: 'lab',
      scope: 'board',
      method: 'counter',
      isSynthetic: true,
      deviceId: 'GPU-0',
      contains: [],
      updatePeriodMs: 100,
      wrapsAtJ: null,
      gainUncertainty: 0.05,
      ...changed.domain,
    },
    truth: curve,
    counter: { ...common, kind: 'counter', step: 0.001, startJ: 5000, ...changed.counter },
    watts: { ...common, kind: 'power', windowMs: 100, step: 0.001, ...changed.watts },
  }
}

/** A domain that has one of the two alone. */
function single(
  field: 'counter' | 'power',
  whole: LabDomain,
  facts: Partial<EnergyDomain>,
): LabDomain {
  const { counter, watts, domain, truth } = whole
  const averagingWindowMs = field === 'power' ? 100 : null
  const described = { ...domain, method: field, averagingWindowMs, ...facts }
  if (field === 'counter') {
    return { domain: described, truth, ...(counter === undefined ? {} : { counter }) }
  }
  return { domain: described, truth, ...(watts === undefined ? {} : { watts }) }
}

const packageFacts: Partial<EnergyDomain> = {
  id: 'cpu0',
  scope: 'package',
  deviceId: null,
  gainUncertainty: 0.02,
}
const wallFacts: Partial<EnergyDomain> = {
  id: 'wall',
  scope: 'wall',
  deviceId: null,
  gainUncertainty: 0.01,
}
const moduleFacts: Partial<EnergyDomain> = { id: 'acpi0' }

const packageOf = (machine: Machine, curve: PowerCurve, id = 'cpu0', gain = 1): LabDomain =>
  single('counter', boardDomain(machine, curve, { counter: { gain } }), { ...packageFacts, id })
const wallOf = (machine: Machine, curve: PowerCurve, watts: Partial<SensorModel> = {}): LabDomain =>
  single('power', boardDomain(machine, curve, { watts: { gain: 1, ...watts } }), wallFacts)

const counterFault = (fault: SensorModel['fault']) => (machine: Machine) => [
  boardDomain(machine, machine.board, fault === undefined ? {} : { counter: { fault } }),
]
const wattsFault = (fault: SensorModel['fault']) => (machine: Machine) => [
  boardDomain(machine, machine.board, fault === undefined ? {} : { watts: { fault } }),
]
const microjoules32 = 2 ** 32 / 1e6

export const injectedFaults: readonly InjectedFault[] = [
  {
    name: 'counter stuck from the start',
    cause: 'stuck',
    domains: counterFault({ kind: 'stuck', fromMs: 0 }),
  },
  {
    name: 'counter stuck in the window',
    cause: 'stuck',
    domains: counterFault({ kind: 'stuck', fromMs: 8000 }),
  },
  {
    name: 'power stuck at idle',
    cause: 'stuck',
    domains: wattsFault({ kind: 'stuck', fromMs: 2000 }),
  },
  {
    name: 'power stuck in the window',
    cause: 'stuck',
    domains: wattsFault({ kind: 'stuck', fromMs: 8000 }),
  },
  {
    name: 'counter falls by 50 J',
    cause: 'backwards',
    domains: counterFault({ kind: 'backwards', atMs: 9000, dropJ: 50 }),
  },
  {
    name: 'counter starts again',
    cause: 'backwards',
    domains: counterFault({ kind: 'restart', atMs: 9000 }),
  },
  { name: 'counter reads zero', cause: 'zero', domains: counterFault({ kind: 'zero' }) },
  { name: 'power reads zero', cause: 'zero', domains: wattsFault({ kind: 'zero' }) },
  {
    name: 'counter counts twice',
    cause: 'doubled',
    domains: (machine) => [boardDomain(machine, machine.board, { counter: { gain: 2 } })],
  },
  {
    name: 'power of half the phases',
    cause: 'doubled',
    domains: (machine) => [boardDomain(machine, machine.board, { watts: { gain: 0.5 } })],
  },
  {
    name: 'two zones mirror one package',
    cause: 'doubled',
    domains: (machine) => {
      const one = packageOf(machine, machine.cpu)
      const other = { ...one, domain: { ...one.domain, id: 'cpu1' } }
      return [
        { ...one, readMs: 0 },
        { ...other, readMs: 0 },
      ]
    },
  },
  {
    name: 'power is a mean over a second',
    cause: 'averaged',
    domains: (machine) => [boardDomain(machine, machine.board, { watts: { windowMs: 1000 } })],
  },
  {
    name: 'counter wraps at 32 bits of microjoules and does not say so',
    cause: 'wrapped',
    domains: (machine) => [
      boardDomain(machine, machine.board, {
        counter: { wrapsAtJ: microjoules32, startJ: microjoules32 - 1500, gain: 1 },
      }),
    ],
  },
  {
    name: 'counter wraps more than once between two readings',
    cause: 'wrapped',
    domains: (machine) => [
      boardDomain(machine, machine.board, {
        counter: { wrapsAtJ: 10, publishMs: 50.15, gain: 1, startJ: 0 },
        watts: { gain: 1 },
        domain: { wrapsAtJ: 10 },
      }),
    ],
  },
  {
    name: 'power of the neighbor',
    cause: 'wrong device',
    domains: (machine) => [
      boardDomain(machine, machine.board, { watts: { curve: machine.otherBoard } }),
    ],
  },
  {
    name: 'counter of the neighbor',
    cause: 'wrong device',
    domains: (machine) => [
      boardDomain(machine, machine.board, { counter: { curve: machine.otherBoard } }),
    ],
  },
  {
    name: 'wall meter at another machine',
    cause: 'wrong device',
    domains: (machine) => [
      wallOf(machine, machine.otherBoard, { gain: 0.2 }),
      packageOf(machine, machine.cpu),
    ],
  },
  {
    name: 'wall meter stuck at idle',
    cause: 'stuck',
    domains: (machine) => [
      wallOf(machine, machine.cpu, { gain: 0.9, fault: { kind: 'stuck', fromMs: 2000 } }),
      packageOf(machine, machine.cpu),
    ],
  },
  {
    name: 'power of the module beside the counter of the board',
    cause: 'module scope',
    domains: (machine) => [
      boardDomain(machine, machine.board, {
        watts: { curve: sumOfCurves([{ curve: machine.board, share: 1.05 }], 110) },
      }),
    ],
  },
  {
    name: 'module read as a board by a second source',
    cause: 'module scope',
    domains: (machine) => {
      const module = sumOfCurves([{ curve: machine.board, share: 1.1 }], 120)
      const acpi = boardDomain(machine, module, { watts: { gain: 1.02 } })
      return [
        single('counter', boardDomain(machine, machine.board), {}),
        single('power', acpi, moduleFacts),
      ]
    },
  },
]

/** A machine with nothing wrong: a board with both methods, a package, and a wall meter that carries all. */
export function cleanMachine(machine: Machine): LabDomain[] {
  return [
    boardDomain(machine, machine.board),
    packageOf(machine, machine.cpu, 'cpu0', 1 + 0.02 * machine.random.normal()),
    wallOf(machine, machine.wall, { gain: 1 + 0.01 * machine.random.normal() }),
  ]
}
