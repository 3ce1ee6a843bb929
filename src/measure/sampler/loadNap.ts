/** The system's own sleep, which wakes a thread for less CPU time than Atomics.wait and cannot be called. */

/** Sleeps this thread for so long, in milliseconds; null where the system's library cannot be called. usleep(3) */
export async function loadNap(): Promise<((durationMs: number) => void) | null> {
  try {
    const { default: koffi } = await import('koffi')
    const usleep = koffi.load(null).func('usleep', 'int', ['uint32_t'])
    return (durationMs) => void usleep(Math.round(durationMs * 1000))
  } catch {
    // A platform without the library or without the function: Atomics.wait does it too.
    return null
  }
}
