import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AppError } from '../core/errors.ts'
import { loadSections } from '../study/loadSections.ts'
import { soleExperiment } from '../testing/soleExperiment.ts'
import { parseStudy } from './parseStudy.ts'
import { loadUserConfig, noUserConfig, type UserConfig, userConfigPath } from './userConfig.ts'

/** What a configuration with this text says. */
async function configOf(t: TestContext, text: string): Promise<UserConfig> {
  const folder = mkdtempSync(join(tmpdir(), 'llem-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'config.yaml'), text)
  return loadUserConfig({ LLEM_CONFIG_DIR: folder }, await loadSections())
}

async function studyOver({ defaults }: UserConfig, written: Record<string, unknown>) {
  const sections = await loadSections()
  const parsed = parseStudy({ written, file: 'study', overrides: [], sections, defaults })
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

test('a machine without a configuration has none, and neither has an environment without a home', async () => {
  const sections = await loadSections()
  assert.equal(await loadUserConfig({ LLEM_CONFIG_DIR: '/nowhere' }, sections), noUserConfig)
  assert.equal(userConfigPath({}), null)
  assert.match(userConfigPath({ HOME: '/home/me' }) ?? '', /llenergymeasure.config\.yaml$/)
})

test('runners and images of the user are kept beside the studies', async (t) => {
  const config = await configOf(
    t,
    'runners: {llamacpp: auto, fake: "docker:mine:1"}\nimages: {llamacpp: "debian:12"}\n',
  )
  assert.deepEqual(config, {
    runners: { llamacpp: 'auto', fake: 'docker:mine:1' },
    images: { llamacpp: 'debian:12' },
    defaults: null,
  })
})

test('a study is laid over what the user set for all of them', async (t) => {
  const config = await configOf(
    t,
    'output: {results_dir: /data/results}\nenergy: {sample_hz: 50, sources: [rapl]}\n',
  )
  const bare = await studyOver(config, { model: 'any', backend: 'fake' })
  assert.equal(bare.settings.output.results_dir, '/data/results')
  const { energy } = soleExperiment(bare).experiment.config
  assert.deepEqual([energy.sample_hz, energy.sources], [50, ['rapl']])
  const own = await studyOver(config, {
    model: 'any',
    backend: 'fake',
    energy: { sources: [] },
    output: { results_dir: 'here' },
  })
  assert.equal(own.settings.output.results_dir, 'here')
  const ownEnergy = soleExperiment(own).experiment.config.energy
  assert.deepEqual([ownEnergy.sample_hz, ownEnergy.sources], [50, []])
})

test('every problem of the file is told, with its place', async (t) => {
  const text = 'runners: {vlm: local, fake: dokcer}\noutputs: {}\nenergy: {sample_hz: fast}\n'
  await assert.rejects(configOf(t, text), (thrown) => {
    assert.ok(thrown instanceof AppError)
    assert.equal(thrown.code, 'CONFIG_INVALID')
    for (const place of ['1:11', '1:29', '2:1', '3:21']) assert.ok(thrown.message.includes(place))
    return true
  })
})
