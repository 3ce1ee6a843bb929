import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import type { EnergyDomain } from '../../core/energyDomain.ts'
import { exitCodes } from '../../core/errors.ts'
import type { EnergySource } from '../../energy/energySource.ts'
import { boardDomain, fakeMeter } from '../../testing/fakeMeter.ts'
import { captureIo } from '../capturedIo.ts'
import { calibrateCommand } from './calibrate.ts'

const sourceOf = (domain: EnergyDomain, read: () => number): EnergySource<unknown> => ({
  name: 'fake',
  title: 'fake',
  docs: '',
  options: z.unknown(),
  kind: 'measurement',
  probe: async () => ({ status: 'available', detail: '' }),
  open: async (_options, { clock }) => ({
    ...fakeMeter(() => ({}), [domain]),
    read: () => [{ domain: domain.id, atMs: clock.nowMs(), joules: read(), watts: null }],
  }),
})

const packageDomain = { ...boardDomain, id: 'cpu0', scope: 'package', deviceId: null } as const

async function calibrate(t: TestContext, domain: EnergyDomain, read: () => number) {
  const cacheDir = await mkdtemp(join(tmpdir(), 'llem-calibrate-'))
  t.after(() => rm(cacheDir, { recursive: true }))
  const io = captureIo({ env: { LLEM_CACHE_DIR: cacheDir } })
  const plan = { edges: 4, halfMs: 15 }
  const code = await calibrateCommand(io, { sources: [sourceOf(domain, read)], plan })
  return { code, text: io.text.stdout, files: await readdir(cacheDir) }
}

test('a sensor that does not show the load is told of, and leaves no card', async (t) => {
  const { code, text, files } = await calibrate(t, packageDomain, () => 7)
  assert.equal(code, exitCodes.measured)
  assert.match(text, /^cpu0 \(package\): nothing found: it changed too rarely$/m)
  assert.deepEqual(files, [])
})

test('a board needs a load of its own, which is said', async (t) => {
  const { code, text } = await calibrate(t, boardDomain, () => 7)
  assert.equal(code, exitCodes.environment)
  assert.match(text, /^gpu0 \(board\): not calibrated; it needs a load/m)
})
