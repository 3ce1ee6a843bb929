/** Runs with the rights of an ordinary user, also where tests run as root. */

const nobody = 65_534

export async function asOrdinaryUser<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(nobody)
  try {
    return await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
