/** Keeps two studies from measuring each other: one lock per physical device, for all users of this machine. */

import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../core/context.ts'
import { AppError, messageOf } from '../core/errors.ts'
import { type FileLock, type LockHolder, tryLock } from '../core/fileLock.ts'
import { errorCodeOf } from '../core/files.ts'

export type DeviceLocks =
  | { status: 'held'; locks: readonly FileLock[] }
  | { status: 'taken'; device: string; holder: LockHolder | null }
  | { status: 'unsupported'; cause: string }

/** In /tmp and not in the user's own directory: other users must find it. `LLEM_LOCK_DIR` is for containers that share one. */
export const lockDirectory = (env: Environment): string =>
  env['LLEM_LOCK_DIR'] ?? '/tmp/llenergymeasure-locks'

/** All of them or none, without waiting. */
export async function lockDevices(
  devices: readonly string[],
  directory: string,
  holder: LockHolder,
): Promise<DeviceLocks> {
  const locks: FileLock[] = []
  const giveBack = async (): Promise<void> => {
    for (const lock of locks) await lock[Symbol.asyncDispose]()
  }
  try {
    if (devices.length > 0) await makeShared(directory)
    for (const device of devices) {
      const attempt = await tryLock(join(directory, `${device}.lock`), holder)
      if (attempt.status === 'held') {
        locks.push(attempt.lock)
        continue
      }
      await giveBack()
      return attempt.status === 'taken' ? { ...attempt, device } : attempt
    }
    return { status: 'held', locks }
  } catch (thrown) {
    await giveBack()
    return { status: 'unsupported', cause: messageOf(thrown) }
  }
}

/** For a study that does not wait. */
export function devicesInUse(
  device: string,
  holder: LockHolder | null,
): AppError<'DEVICES_IN_USE'> {
  const words = holder === null ? 'it did not say which' : describeHolder(holder)
  const name = device.startsWith('gpu-') ? `GPU ${device.slice(4)}` : 'the CPU of this machine'
  return new AppError('DEVICES_IN_USE', { device: name, holder: words })
}

/** What a person must know to find whoever holds a device. */
export const describeHolder = ({ pid, doing, since }: LockHolder): string =>
  `process ${pid}, ${doing}, since ${since}`

/** As /tmp itself: everybody may make files in it, and remove only his own. */
async function makeShared(directory: string): Promise<void> {
  try {
    await mkdir(directory)
    await chmod(directory, 0o1777)
  } catch (cause) {
    if (errorCodeOf(cause) !== 'EEXIST') throw cause
  }
}
