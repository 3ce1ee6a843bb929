/** Loads a shared library of the system through FFI, and binds those of its functions that it has. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'

/** A C function: whole numbers and pointers in (`void *` takes a buffer or an address), a number or text out. */
export type NativeFunction = (...args: readonly unknown[]) => unknown

export interface NativeLibrary {
  /** The first of these functions that the library has; null when it has none. */
  bind(names: readonly string[], args: readonly string[], result?: string): NativeFunction | null
  /** The text that a function has pointed to. */
  textAt(address: bigint): string
}

interface LibraryPlace {
  /** Root of the file system; on the real one the dynamic linker is asked first. */
  root: string
  /** File name, `libnvidia-ml.so.1`. */
  name: string
  /** Folders below the root where it may be and the linker's cache misses it. */
  folders: readonly string[]
}

/** A string says why it could not be loaded; null says that it is not there. */
export async function loadLibrary(place: LibraryPlace): Promise<NativeLibrary | string | null> {
  const { root, name, folders } = place
  const { default: koffi } = await import('koffi')
  const paths = folders.map((folder) => join(root, folder, name)).filter((path) => existsSync(path))
  let cause: string | null = null
  for (const path of root === '/' ? [name, ...paths] : paths) {
    try {
      const library = koffi.load(path)
      return {
        bind(names, args, result = 'int') {
          for (const symbol of names) {
            try {
              return library.func(symbol, result, [...args])
            } catch {
              // An older library without this function: the next name, or none.
            }
          }
          return null
        },
        textAt: (address) => String(koffi.decode(address, 'char', -1)),
      }
    } catch (thrown) {
      // The bare name fails wherever there is no driver; a file that is there and fails has more to tell.
      if (path !== name) cause = messageOf(thrown)
    }
  }
  return cause
}
