/** The limits that a Linux control group puts on this process, version 2 or 1, through every ancestor. */

export interface CgroupLimits {
  /** Cores worth of time per period; null when there is no quota. May be fractional. */
  quotaCores: number | null
  /** Null when there is no limit. */
  memoryLimitBytes: number | null
  /** Memory in use in the group with the least left, without file pages that the kernel can drop; null when there is no limit. */
  memoryUsedBytes: number | null
  /** The least that any group on the way to the root leaves; null when there is no limit. */
  memoryLeftBytes: number | null
}

/** A file's trimmed text by its path below the root, or null when it cannot be read. */
type ReadText = (path: string) => string | null

/** Above this a version 1 limit means none: the kernel writes the largest whole page count of a signed 64-bit number. */
const noLimitBytes = 2 ** 60

/** Tightest limits over the process's group and its ancestors, in whichever version holds the controller. */
export function readCgroupLimits(readText: ReadText): CgroupLimits {
  const lines = (readText('proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'))
  // A container sees its own group as the root of the mount, while the path may still be the host's:
  // walking up to '' finds it there. https://docs.kernel.org/admin-guide/cgroup-v2.html#namespace
  const foldersOf = (controller: string): string[] => {
    const line = lines.find(([, names = '']) => names.split(',').includes(controller))
    return ancestors(line?.slice(2).join(':') ?? '/').map((path) => `sys/fs/cgroup${path}`)
  }
  const unified = foldersOf('')
  const cpu = foldersOf('cpu').map((folder) => folder.replace('cgroup', 'cgroup/cpu'))
  const memory = foldersOf('memory').map((folder) => folder.replace('cgroup', 'cgroup/memory'))
  const quotas = [
    ...unified.map((folder) => quotaOf(readText(`${folder}/cpu.max`)?.split(' '))),
    ...cpu.map((folder) =>
      quotaOf(['quota', 'period'].map((n) => readText(`${folder}/cpu.cfs_${n}_us`) ?? '')),
    ),
  ].filter((quota) => quota !== null)
  const [tightest] = [
    ...unified.map((folder) => memoryOf(readText, folder, version2)),
    ...memory.map((folder) => memoryOf(readText, folder, version1)),
  ]
    .filter((found) => found !== null)
    .sort((a, b) => a.leftBytes - b.leftBytes)
  return {
    quotaCores: quotas.length === 0 ? null : Math.min(...quotas),
    memoryLimitBytes: tightest?.limitBytes ?? null,
    memoryUsedBytes: tightest?.usedBytes ?? null,
    memoryLeftBytes: tightest?.leftBytes ?? null,
  }
}

/** `/a/b` gives `/a/b`, `/a` and the root as ''. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`).concat('')
}

/** Quota over period; `max` or -1 is no quota. */
function quotaOf([quota, period]: readonly string[] = []): number | null {
  const quotaUs = Number(quota || Number.NaN)
  const periodUs = Number(period || Number.NaN)
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : null
}

const version2 = {
  limit: 'memory.max',
  usage: 'memory.current',
  filePages: ['inactive_file', 'active_file'],
}
const version1 = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  filePages: ['total_inactive_file', 'total_active_file'],
}

/** File pages count as free, as in the kernel's MemAvailable: a model just written to disk must not look like memory in use. */
function memoryOf(readText: ReadText, folder: string, files: typeof version2) {
  const limitBytes = Number(readText(`${folder}/${files.limit}`) || Number.NaN)
  const usage = readText(`${folder}/${files.usage}`)
  if (!(limitBytes < noLimitBytes) || usage === null) return null
  const stat = new Map(
    (readText(`${folder}/memory.stat`) ?? '').split('\n').map((line) => {
      const [name = '', value = '0'] = line.split(' ')
      return [name, Number(value)]
    }),
  )
  const fileBytes = files.filePages.reduce((sum, name) => sum + (stat.get(name) ?? 0), 0)
  const usedBytes = Math.max(0, Number(usage) - fileBytes)
  return { limitBytes, usedBytes, leftBytes: Math.max(0, limitBytes - usedBytes) }
}
