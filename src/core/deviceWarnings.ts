/** Warnings of the devices that are measured: who else is on them, what they can do, and how steady they were. */

import { formatBytes, formatDuration, formatNumber } from './units.ts'
import { row } from './warningRow.ts'

export const deviceWarnings = {
  GPU_IN_USE: row<{ domain: string; processes: number; pids: string }>(
    (d) =>
      `${d.domain} was in use by ${d.processes} other ${d.processes === 1 ? 'program' : 'programs'} (${d.pids}) when the run began`,
    () => 'See what they are with `nvidia-smi`; their energy is in the figures of the board.',
  ),
  GPU_MEMORY_IN_USE: row<{ domain: string; usedBytes: number }>(
    (d) =>
      `${formatBytes(d.usedBytes)} of the memory of ${d.domain} were in use when the run began`,
    () => 'A program that ended badly may have left them: see `nvidia-smi`.',
  ),
  GPU_SHARED: row<{ domain: string; processes: number; pids: string }>(
    (d) =>
      `${d.processes} other ${d.processes === 1 ? 'program was' : 'programs were'} on ${d.domain} during the window (${d.pids})`,
    () => 'See what they are with `nvidia-smi`; their energy is in the figures of the board.',
  ),
  RAN_BESIDE: row<{ runs: string; count: number; shared: string }>(
    (d) =>
      `${d.count} other ${d.count === 1 ? 'run' : 'runs'} of this study ran beside it on other GPUs (${d.runs})${d.shared === '' ? '' : `; the energy of ${d.shared} is that of all of them`}`,
    () => 'For figures of the processors, the memory or the wall, set execution.parallel to off.',
  ),
  GPU_THROTTLED: row<{ domain: string; cause: string; share: number }>(
    (d) =>
      `${d.cause} held the clocks of ${d.domain} down for ${formatNumber(100 * d.share)} % of the window`,
    () =>
      'The figures are those of a slower device: cool it better, or wait longer between runs with execution.gap_until_celsius.',
  ),
  GPU_POWER_LIMITED: row<{
    domain: string
    powerLimitW: number
    defaultLimitW: number
    share: number | null
  }>(
    (d) =>
      `the power limit of ${d.domain} is ${formatNumber(d.powerLimitW)} W where it starts with ${formatNumber(d.defaultLimitW)} W${d.share === null ? '' : `; it held the clocks down for ${formatNumber(100 * d.share)} % of the window`}`,
    () =>
      'Somebody lowered it: compare with runs at the same limit only, or set it back with `sudo nvidia-smi -i <board> -pl <watts>`.',
  ),
  GPU_LIMIT_CHANGED: row<{ domain: string; leastW: number; mostW: number }>(
    (d) =>
      `the power limit of ${d.domain} changed during the run, between ${formatNumber(d.leastW)} W and ${formatNumber(d.mostW)} W`,
    () => 'Another program manages the device: stop it and measure again.',
  ),
  GPU_NOT_PERSISTENT: row<{ domain: string }>(
    (d) => `persistence mode of ${d.domain} is off: its driver may be unloaded between runs`,
    () => 'sudo nvidia-smi -pm 1',
  ),
  TEMPERATURE_DRIFTED: row<{ domain: string; startC: number; endC: number }>(
    (d) =>
      `${d.domain} went from ${d.startC} °C to ${d.endC} °C during the window: its power moves with it`,
    () => 'Warm up longer (warmup.min_prompts), so that the device is warm when the window begins.',
  ),
  CLOCK_DRIFTED: row<{ domain: string; startMhz: number; endMhz: number }>(
    (d) =>
      `the compute clock of ${d.domain} went from ${formatNumber(d.startMhz)} MHz to ${formatNumber(d.endMhz)} MHz during the window`,
    () => 'Warm up longer, or see what manages the clocks with `nvidia-smi -q -d PERFORMANCE`.',
  ),
  GPU_LIMITS_NEED_ROOT: row<{ keys: string }>(
    (d) => `${d.keys} are set by llem itself, which needs root (CAP_SYS_ADMIN) on this machine`,
    () =>
      'It is tried before the first run, and what was there before is put back after each. Clocks that were locked before are free afterwards.',
  ),
  GPU_LIMITS_PUT_BACK: row<{ limits: string }>(
    (d) => `limits that a process had set and left behind were put back: ${d.limits}`,
    () =>
      'It was killed before it could. What was measured on these devices since then was measured under its limits.',
  ),
  GPU_LIMITS_LEFT: row<{ causes: string }>(
    (d) => `limits of the devices could not be put back: ${d.causes}`,
    () =>
      'The next `llem run` as root tries it again; or sudo nvidia-smi -i <board> -pl <watts>; sudo nvidia-smi -i <board> -rgc',
  ),
  GPU_LIMITS_UNREAD: row<{ causes: string }>(
    (d) => `what may be a limit that was left on a device cannot be read: ${d.causes}`,
    () =>
      'Remove that file; see whether a limit is in force with `nvidia-smi -q -d POWER,CLOCK`, and set it back: sudo nvidia-smi -i <board> -pl <watts>; sudo nvidia-smi -i <board> -rgc',
  ),
  GPU_LIMITS_UNSEEN: row<{ pid: string; limits: string; path: string }>(
    (d) =>
      `process ${d.pid} of another container has set limits, and whether it still runs cannot be seen from here: ${d.limits} (noted in ${d.path})`,
    () =>
      'If it does not: sudo nvidia-smi -i <board> -pl <watts>; sudo nvidia-smi -i <board> -rgc; and remove that file. In containers with --pid=host the next `llem run` does all of it.',
  ),
  STILL_WARM: row<{ celsius: number; untilCelsius: number; waitedMs: number }>(
    (d) =>
      `the hottest device was at ${d.celsius} °C after a rest of ${formatDuration(d.waitedMs)}, above gap_until_celsius ${d.untilCelsius}`,
    () => 'Raise execution.gap_until_celsius: idle, the device may not get that cool.',
  ),
  GPU_ORDER_ASSUMED: row<{ indexes: string }>(
    (d) =>
      `CUDA_VISIBLE_DEVICES names boards by number (${d.indexes}) and they are not all alike: numbers were taken in PCI order, CUDA may have numbered by speed`,
    () =>
      'Set CUDA_DEVICE_ORDER=PCI_BUS_ID, or name the boards by UUID (nvidia-smi -L), and measure again.',
  ),
  GPU_SHARED_BY_MIG: row<{ domain: string; migUuid: string }>(
    (d) =>
      `${d.domain} is the whole board that holds the MIG instance ${d.migUuid}: power is measured per board only`,
    () => 'Leave the other instances of the board idle: their energy is in this figure.',
  ),
  GPU_MODULE_ONLY: row<{ domain: string; cause: string }>(
    (d) => `${d.domain} is the whole module, CPU and memory included: ${d.cause}`,
    () => 'Compare it with other modules only, not with boards.',
  ),
  GPU_READ_BY_COMMAND: row<{ cause: string }>(
    (d) =>
      `GPU power comes from nvidia-smi, later and more rarely than from the driver: ${d.cause}`,
    () => 'Make libnvidia-ml.so.1 loadable (ldconfig -p | grep nvidia-ml) to have the counter.',
  ),
} as const
