/** The labels by which a container tells whose it is, and whether its owner is gone. */

import type { Owner } from '../../core/processOwner.ts'

export const ownerLabels = {
  host: 'llem.host',
  scope: 'llem.scope',
  process: 'llem.process',
} as const

export function labelsOf({ host, scope, process }: Owner): Record<string, string> {
  return {
    [ownerLabels.host]: host,
    [ownerLabels.scope]: scope,
    [ownerLabels.process]: process,
  }
}

/**
 * Whether a container may be removed: its owner is a process we could see and do not, or the machine that started it has
 * been started anew since and the container is at rest. Never that of another machine or of a process we cannot see.
 */
export function isAbandoned(
  owner: Owner,
  {
    isRunning,
    own,
    isAlive,
  }: { isRunning: boolean; own: Owner; isAlive(process: string): boolean },
): boolean {
  if (own.scope === '' || owner.scope === '') return false
  if (owner.scope === own.scope) return !isAlive(owner.process)
  return owner.host === own.host && !isRunning
}
