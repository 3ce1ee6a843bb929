import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type HostFacts, readHost } from './host.ts'

const gibibyte = 1024 ** 3
const meminfo = `MemTotal:       ${16 * 1024 ** 2} kB\nMemFree: 1 kB\nMemAvailable:   ${8 * 1024 ** 2} kB\n`

/** Four logical CPUs on two cores; CPU 0 and 2 share one. */
const twoCores = {
  'sys/devices/system/cpu/online': '0-3\n',
  ...Object.fromEntries(
    [0, 1, 2, 3].map((id) => [
      `sys/devices/system/cpu/cpu${id}/topology/thread_siblings_list`,
      id % 2 === 0 ? '0,2\n' : '1,3\n',
    ]),
  ),
  'proc/meminfo': meminfo,
}

async function hostOf(t: TestContext, files: Record<string, string>): Promise<HostFacts> {
  const root = await mkdtemp(join(tmpdir(), 'llem-host-'))
  t.after(() => rm(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return readHost(root)
}

test('hardware threads of one core count as one physical core', async (t) => {
  const host = await hostOf(t, { ...twoCores, 'proc/self/status': 'Cpus_allowed_list:\t0-3\n' })
  assert.equal(host.logicalCores, 4)
  assert.equal(host.physicalCores, 2)
  assert.equal(host.usableCores, 4)
  assert.equal(host.usablePhysicalCores, 2)
  assert.equal(host.quotaCores, null)
})

test('the affinity mask decides which cores are usable', async (t) => {
  const host = await hostOf(t, { ...twoCores, 'proc/self/status': 'Cpus_allowed_list:\t0,2\n' })
  assert.equal(host.usableCores, 2)
  assert.equal(host.usablePhysicalCores, 1)
})

test('core ids of cpuinfo stand in where sysfs has no topology', async (t) => {
  const cpuinfo = [0, 1, 2, 3]
    .map((id) => `processor\t: ${id}\nphysical id\t: ${id % 2}\ncore id\t\t: 0\n`)
    .join('\n')
  const host = await hostOf(t, {
    'proc/cpuinfo': cpuinfo,
    'proc/self/status': 'Cpus_allowed_list:\t0-3\n',
  })
  assert.equal(host.logicalCores, 4)
  assert.equal(host.sockets, 2)
  assert.equal(host.usablePhysicalCores, 2)
})

test('cores that nobody describes are taken as they are counted', async (t) => {
  const host = await hostOf(t, { 'proc/self/status': 'Cpus_allowed_list:\t0-2\n' })
  assert.equal(host.allowedPhysicalCores, null)
  assert.equal(host.usablePhysicalCores, 3)
})

test('the tightest version 2 quota of the group and its ancestors counts', async (t) => {
  const host = await hostOf(t, {
    ...twoCores,
    'proc/self/status': 'Cpus_allowed_list:\t0-3\n',
    'proc/self/cgroup': '0::/outer/inner\n',
    'sys/fs/cgroup/outer/cpu.max': '150000 100000\n',
    'sys/fs/cgroup/outer/inner/cpu.max': 'max 100000\n',
  })
  assert.equal(host.quotaCores, 1.5)
  assert.equal(host.usableCores, 1.5)
  assert.equal(host.usablePhysicalCores, 1.5)
})

test('a container that sees its group as the root is limited by the root', async (t) => {
  const host = await hostOf(t, {
    ...twoCores,
    'proc/self/cgroup': '0::/../../docker/abc\n',
    'sys/fs/cgroup/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/memory.max': `${4 * gibibyte}\n`,
    'sys/fs/cgroup/memory.current': `${3 * gibibyte}\n`,
  })
  assert.equal(host.quotaCores, 0.5)
  assert.equal(host.effectiveAvailableBytes, gibibyte)
})

test('version 1 quota and memory limit are read; file pages do not count as used', async (t) => {
  const host = await hostOf(t, {
    ...twoCores,
    'proc/self/cgroup': '4:memory:/job\n2:cpu,cpuacct:/job\n0::/\n',
    'sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '200000\n',
    'sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/memory/job/memory.limit_in_bytes': `${6 * gibibyte}\n`,
    'sys/fs/cgroup/memory/job/memory.usage_in_bytes': `${5 * gibibyte}\n`,
    'sys/fs/cgroup/memory/job/memory.stat': `cache 1\ntotal_inactive_file ${gibibyte}\ntotal_active_file ${2 * gibibyte}\n`,
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/memory/memory.usage_in_bytes': `${9 * gibibyte}\n`,
  })
  assert.equal(host.quotaCores, 2)
  assert.equal(host.memoryLimitBytes, 6 * gibibyte)
  assert.equal(host.memoryUsedBytes, 2 * gibibyte)
  assert.equal(host.effectiveAvailableBytes, 4 * gibibyte)
})

test('without a limit what the machine has available is what may be used', async (t) => {
  const host = await hostOf(t, {
    ...twoCores,
    'proc/self/cgroup': '0::/\n',
    'sys/fs/cgroup/memory.max': 'max\n',
    'sys/fs/cgroup/memory.current': '1\n',
  })
  assert.equal(host.totalMemoryBytes, 16 * gibibyte)
  assert.equal(host.memoryLimitBytes, null)
  assert.equal(host.effectiveAvailableBytes, 8 * gibibyte)
})

test('a system without /proc gives what Node knows and null for the rest', async (t) => {
  const host = await hostOf(t, {})
  assert.ok(host.logicalCores >= 1 && host.usableCores >= 1 && host.totalMemoryBytes > 0)
  assert.equal(host.physicalCores, null)
  assert.equal(host.effectiveAvailableBytes, null)
})
