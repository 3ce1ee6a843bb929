/** Source: the energy counters and the power of NVIDIA boards, through the driver's management library (NVML). */

import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import type { EnergyContext, EnergyMeter, EnergySource } from './energySource.ts'
import { limitNvml } from './shared/limitNvml.ts'
import { successOf } from './shared/loadNvml.ts'
import { openNvidiaSmi, probeNvidiaSmi } from './shared/nvidiaSmi.ts'
import { domainOfNvml } from './shared/nvmlDomain.ts'
import { nvmlSensorReader } from './shared/nvmlReader.ts'
import { nvmlStateReader, readNvmlFacts } from './shared/nvmlState.ts'
import { openNvmlLoad } from './shared/openNvmlLoad.ts'
import { type OpenedNvml, openNvmlSensors } from './shared/openNvmlSensors.ts'
import { putBackNvml } from './shared/putBackNvml.ts'

const options = z.strictObject({})

export const source: EnergySource<z.output<typeof options>> = {
  name: 'nvml',
  title: 'NVIDIA boards',
  docs: 'Reads the total-energy counter (Volta and newer) and the power of each NVIDIA board that CUDA_VISIBLE_DEVICES leaves visible, by UUID, and of its module and memory where the driver tells them apart. Needs the driver, no rights. Figures are for the whole board: a MIG instance is measured with its neighbors. Where the library of the driver cannot be loaded, nvidia-smi is asked for power.',
  options,
  kind: 'measurement',
  async probe(ctx) {
    const opened = await openNvmlSensors(ctx)
    if (!opened.ok) {
      const { isLoaded, reason, fix } = opened
      const found = isLoaded ? null : await probeNvidiaSmi(ctx, reason)
      return found ?? { status: 'unavailable', reason, fix }
    }
    opened.nvml.shutdown()
    const parts = opened.sensors.map(({ id, gpu, scope, method }) => {
      const name = scope === 'board' ? (gpu.board?.name ?? gpu.migUuid) : scope
      return `${id} ${name} (${method === 'counter' ? 'energy counter' : 'power only'})`
    })
    return { status: 'available', detail: parts.join(', ') }
  },
  async open(_options, ctx) {
    const opened = await openNvmlSensors(ctx)
    if (opened.ok) return meterOf(opened, ctx)
    const { isLoaded, reason, fix } = opened
    const fallback = isLoaded ? null : await openNvidiaSmi(ctx, reason)
    if (fallback !== null) return fallback
    throw new AppError('ENERGY_SOURCE_UNAVAILABLE', { source: 'nvml', reason, fix })
  },
  putBack: (left, { root }) => putBackNvml(left, root),
}

function meterOf(
  { nvml, gpus, sensors, warnings }: Extract<OpenedNvml, { ok: true }>,
  { clock, root }: EnergyContext,
): EnergyMeter {
  const readState = nvmlStateReader(nvml, clock.nowMs)
  const known = gpus.flatMap(({ id, gpu }) =>
    gpu.board === null ? [] : [{ id, board: gpu.board }],
  )
  return {
    domains: sensors.map(domainOfNvml),
    readsInBackground: false,
    read: nvmlSensorReader(nvml, sensors, clock.nowMs),
    warnings: () => warnings,
    devices: () => known.map(({ id, board }) => readNvmlFacts(nvml, id, board)),
    state: () => known.map(({ id, board }) => readState(id, board)),
    limitDevices: (limits) => limitNvml(nvml, known, limits),
    processes: () =>
      known.map(({ id, board }) => ({ id, processes: successOf(nvml.processes(board.handle)) })),
    async openLoad(wanted) {
      const board = known.find(({ id }) => id === wanted)?.board
      if (board === undefined) return 'the driver does not tell its board'
      return openNvmlLoad({ nvml, board, sensors, root, clock })
    },
    async [Symbol.asyncDispose]() {
      nvml.shutdown()
    },
  }
}
