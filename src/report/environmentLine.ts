/** The machine in one line: what a reader must know to compare a figure with their own. */

import { formatBytes } from '../core/units.ts'
import type { EnvironmentFacts } from '../store/environmentFile.ts'

/** CPU, memory, GPUs, kernel and what lies between them and us. */
export function environmentLine(environment: EnvironmentFacts): string {
  const { cpu, memory, gpus, platform, kernel, container, nodeVersion } = environment
  return [
    `${cpu.model}, ${Number(cpu.usableCores.toFixed(2))} of ${cpu.logicalCores} CPUs`,
    `${formatBytes(memory.limitBytes ?? memory.totalBytes)} memory`,
    ...gpus.map(({ name, driverVersion }) =>
      driverVersion === null ? name : `${name} (driver ${driverVersion})`,
    ),
    `${platform} ${kernel} ${cpu.architecture}`,
    ...(cpu.isVirtual === true ? ['virtual machine'] : []),
    ...(container === null ? [] : [`container (${container.engine})`]),
    `Node ${nodeVersion.replace(/^v/, '')}`,
  ].join(', ')
}
