import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parseStudy } from '../config/parseStudy.ts'
import { noUserConfig } from '../config/userConfig.ts'
import type { Availability } from '../core/availability.ts'
import { monotonicClock as clock } from '../core/clock.ts'
import { runProgram } from '../core/process.ts'
import { chooseRunners } from './chooseRunners.ts'
import { loadSections } from './loadSections.ts'

const answers: Record<string, Availability> = {
  usable: { status: 'available', detail: 'Docker 28.2.2' },
  missing: { status: 'unavailable', reason: 'there is none', fix: null },
}

async function choose(docker: Availability, env: Record<string, string>) {
  const parsed = parseStudy({
    written: { model: 'any', sweep: { backend: ['fake', 'llamacpp'] } },
    file: 'test',
    overrides: [],
    sections: await loadSections(),
  })
  assert.ok(parsed.ok)
  let asked = 0
  const probeDocker = async (): Promise<Availability> => {
    asked++
    return docker
  }
  const { specs, problem } = await chooseRunners(parsed.value, noUserConfig, { env, probeDocker })
  return { specs: [...specs], problem: problem?.code ?? null, asked }
}

/** A folder for the PATH whose `docker` works and leaves a trace. */
function folderWithDocker(t: TestContext): { folder: string; trace: string } {
  const folder = mkdtempSync(join(tmpdir(), 'llem-docker-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const trace = join(folder, 'trace')
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >> ${trace}\n`)
  chmodSync(join(folder, 'docker'), 0o755)
  return { folder, trace }
}

test('the choice is the same on a machine with and without Docker: it comes from who was asked', async (t) => {
  const { folder, trace } = folderWithDocker(t)
  for (const [name, docker] of Object.entries(answers)) {
    const without = await choose(docker, { PATH: '/nowhere' })
    const withDocker = await choose(docker, { PATH: `${folder}:${process.env['PATH']}` })
    assert.deepEqual(withDocker, without)
    assert.equal(without.problem, name === 'usable' ? null : 'PREFLIGHT_DOCKER_REQUIRED')
    assert.equal(without.asked, 1)
  }
  assert.ok(!existsSync(trace), 'nobody started docker')
  const started = { argv: [join(folder, 'docker'), 'version'], env: {}, timeoutMs: 60_000, clock }
  await runProgram({ ...started, silenceMs: null })
  assert.ok(existsSync(trace), 'or it would have been seen')
})

test('nobody looks for Docker when every backend has its runner', async () => {
  const env = { LLEM_RUNNER_FAKE: 'local', LLEM_RUNNER_LLAMACPP: 'docker:some/image:1' }
  const { specs, asked } = await choose({ status: 'unavailable', reason: '', fix: null }, env)
  assert.equal(asked, 0)
  assert.deepEqual(
    specs.map(([backend, { mode }]) => [backend, mode]),
    [
      ['fake', 'local'],
      ['llamacpp', 'docker'],
    ],
  )
})
