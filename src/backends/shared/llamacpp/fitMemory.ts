/** Whether a model fits, before any of it is loaded: a machine that swaps or kills measures nothing. */

import { AppError } from '../../../core/errors.ts'
import type { WorkerEvent } from '../../../core/events.ts'
import { warn } from '../../../core/warnings.ts'

export interface MemoryNeed {
  neededBytes: number
  /** Null when the system does not tell. */
  availableBytes: number | null
}

/** Above this share of what is available the machine has little left for its page cache and for others. */
const tightShare = 0.85

/** Refuses a model that does not fit and warns of one that hardly does. */
export function fitMemory(
  model: string,
  needs: readonly MemoryNeed[],
  emit: (event: WorkerEvent) => void,
): void {
  for (const { neededBytes, availableBytes } of needs) {
    if (availableBytes === null || neededBytes === 0) continue
    if (neededBytes > availableBytes) {
      throw new AppError('MODEL_TOO_LARGE', { model, neededBytes, availableBytes })
    }
    if (neededBytes > tightShare * availableBytes) {
      emit({ type: 'warned', warning: warn('MEMORY_TIGHT', { neededBytes, availableBytes }) })
    }
  }
}
