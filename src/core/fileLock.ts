/** A lock on a file that all programs of this machine see, and that the kernel gives back when its holder dies, however suddenly. */

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { messageOf } from './errors.ts'
import { errorCodeOf } from './files.ts'

/** What a holder says of itself, for whoever finds the lock taken. */
const holderSchema = z.object({
  pid: z.int(),
  /** What it is doing, in words without control characters: another user may have written them. */
  doing: z.string().regex(/^\P{C}*$/u),
  /** Wall time, ISO 8601. */
  since: z.string(),
})
export type LockHolder = z.infer<typeof holderSchema>

export interface FileLock extends AsyncDisposable {
  /** A program that inherits this descriptor holds the lock too, and keeps it when we are gone. */
  fd: number
  /** Shows that it is in use to whoever tidies the folder of temporary files. */
  touch(): Promise<void>
}

export type LockAttempt =
  | { status: 'held'; lock: FileLock }
  /** Null when the holder did not say who it is. */
  | { status: 'taken'; holder: LockHolder | null }
  /** This system or this file system has no such locks. */
  | { status: 'unsupported'; cause: string }

/** Tries once and never waits. The file is made when it is not there, for all users, and stays. */
export async function tryLock(path: string, holder: LockHolder): Promise<LockAttempt> {
  const flock = await loadFlock()
  if (typeof flock === 'string') return { status: 'unsupported', cause: flock }
  const file = await openShared(path)
  const code = flock(file.fd)
  if (code !== null) {
    const found = code === flock.taken ? await readHolder(file) : null
    await file.close()
    if (code === flock.taken) return { status: 'taken', holder: found }
    return { status: 'unsupported', cause: `flock of ${path}: error ${code}` }
  }
  await writeHolder(file, holder)
  return {
    status: 'held',
    lock: {
      fd: file.fd,
      async touch() {
        const now = new Date()
        await file.utimes(now, now)
      },
      // Closing gives the lock back, unless a program that inherited it is still alive.
      [Symbol.asyncDispose]: () => file.close(),
    },
  }
}

// flock(2): exclusive and without waiting.
const exclusive = 2
const withoutWaiting = 4

interface Flock {
  /** Null when the lock is held now, else the error number. */
  (fd: number): number | null
  /** The error number that says that somebody else holds it. */
  taken: number | undefined
}

/** The function of the C library that this very process runs on; a string says why there is none. */
async function loadFlock(): Promise<Flock | string> {
  try {
    const { default: koffi } = await import('koffi')
    const call = koffi.load(null).func('flock', 'int', ['int', 'int'])
    const flock = (fd: number): number | null =>
      call(fd, exclusive | withoutWaiting) === 0 ? null : koffi.errno()
    return Object.assign(flock, { taken: koffi.os.errno.EAGAIN })
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/**
 * Opens the file of another user, or makes it. Linux refuses O_CREAT on somebody else's file in a folder that all may
 * write to (fs.protected_regular), so the two are tried one by one; a link is never followed.
 */
async function openShared(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  for (;;) {
    try {
      return await open(path, O_RDWR | O_NOFOLLOW)
    } catch (cause) {
      if (errorCodeOf(cause) !== 'ENOENT') throw cause
    }
    try {
      const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, allMayWrite)
      // Whatever the umask took away.
      await file.chmod(allMayWrite)
      return file
    } catch (cause) {
      if (errorCodeOf(cause) !== 'EEXIST') throw cause
    }
  }
}

const allMayWrite = 0o666

async function writeHolder(file: FileHandle, holder: LockHolder): Promise<void> {
  try {
    await file.truncate(0)
    await file.write(JSON.stringify(holder), 0)
  } catch {
    // A disk that is full: the lock is held all the same.
  }
}

async function readHolder(file: FileHandle): Promise<LockHolder | null> {
  try {
    return holderSchema.parse(JSON.parse(await file.readFile('utf8')))
  } catch {
    // Taken, and not yet or no longer described: the lock itself is what counts.
    return null
  }
}
