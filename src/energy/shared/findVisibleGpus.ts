/** Which boards a CUDA program sees, in its order, from the variables that CUDA reads. Pure. */

import type { Environment } from '../../core/context.ts'
import { type Warning, warn } from '../../core/warnings.ts'

/** What identifies a board; `busId` as `domain:bus:device.function` in hex. */
export interface BoardIdentity {
  uuid: string
  name: string
  busId: string
}

export interface VisibleGpus<B extends BoardIdentity> {
  /** Position in this list is the device number in the program: `gpu0`, `gpu1`, ... */
  gpus: VisibleGpu<B>[]
  warnings: Warning[]
}

export interface VisibleGpu<B> {
  /** Null when the board behind a MIG instance could not be found out. */
  board: B | null
  /** UUID of the MIG instance by which the board is visible; null when the whole board is. */
  migUuid: string | null
}

interface VisibleOptions<B extends BoardIdentity> {
  boards: readonly B[]
  env: Environment
  /** UUID of the board that holds a MIG instance; null when the driver does not tell. */
  migParent(migUuid: string): string | null
}

/**
 * Follows CUDA's rules: positions in the list count, an entry that names no board ends it, and UUIDs may be cut short.
 * https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/environment-variables.html
 */
export function findVisibleGpus<B extends BoardIdentity>(
  options: VisibleOptions<B>,
): VisibleGpus<B> {
  const boards = [...options.boards].sort((a, b) => (a.busId < b.busId ? -1 : 1))
  const written = options.env['CUDA_VISIBLE_DEVICES']
  if (written === undefined) {
    return { gpus: boards.map((board) => ({ board, migUuid: null })), warnings: [] }
  }
  const gpus: VisibleGpu<B>[] = []
  const entries = written.split(',').map((entry) => entry.trim())
  for (const entry of entries) {
    const found = findEntry(entry, boards, options.migParent)
    if (found === null) break
    // Several MIG instances of one board share its sensor: one domain.
    const isNew = found.board === null || !gpus.some(({ board }) => board === found.board)
    if (isNew) gpus.push(found)
  }
  return { gpus, warnings: orderWarnings(entries, boards, options.env) }
}

function findEntry<B extends BoardIdentity>(
  entry: string,
  boards: readonly B[],
  migParent: (migUuid: string) => string | null,
): VisibleGpu<B> | null {
  if (/^\d+$/.test(entry)) {
    const board = boards[Number(entry)]
    return board === undefined ? null : { board, migUuid: null }
  }
  if (entry.startsWith('MIG-')) {
    // Drivers before 470 name the board in the instance: MIG-GPU-<uuid>/<gpu instance>/<compute instance>.
    const parent = /^MIG-(GPU-[^/]+)/.exec(entry)?.[1] ?? migParent(entry)
    return { board: boards.find(({ uuid }) => uuid === parent) ?? null, migUuid: entry }
  }
  const matches = entry.startsWith('GPU-')
    ? boards.filter(({ uuid }) => uuid.startsWith(entry))
    : []
  const [board] = matches
  return board !== undefined && matches.length === 1 ? { board, migUuid: null } : null
}

/** CUDA numbers boards by speed unless told otherwise: the same as by PCI address only where they are alike. */
function orderWarnings(
  entries: readonly string[],
  boards: readonly BoardIdentity[],
  env: Environment,
): Warning[] {
  const indexes = entries.filter((entry) => /^\d+$/.test(entry))
  const areAlike = new Set(boards.map(({ name }) => name)).size <= 1
  if (indexes.length === 0 || areAlike || env['CUDA_DEVICE_ORDER'] === 'PCI_BUS_ID') return []
  return [warn('GPU_ORDER_ASSUMED', { indexes: indexes.join(',') })]
}
