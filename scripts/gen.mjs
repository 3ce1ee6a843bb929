// Writes everything that is generated from the code: the schema for editors and docs/reference. Run after a build
// (`npm run gen` does both); the plug-in registries are written before it by gen-registries.mjs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadBackends } from '../dist/backends/registry.gen.js'
import { loadEnergySources } from '../dist/energy/registry.gen.js'
import { loadRunners } from '../dist/runners/registry.gen.js'
import { renderErrors, renderWarnings } from './reference/catalogues.mjs'
import { renderCli } from './reference/cli.mjs'
import { renderFakeServer } from './reference/fakeServer.mjs'
import { renderResult } from './reference/result.mjs'
import { renderEditorSchema, renderStudyFile } from './reference/studyFile.mjs'

const plugins = {
  backends: await loadBackends(),
  sources: await loadEnergySources(),
  runners: await loadRunners(),
}

mkdirSync('docs/reference', { recursive: true })
mkdirSync('schema', { recursive: true })
writeFileSync('schema/study.schema.json', renderEditorSchema(plugins))
writeFileSync('docs/reference/study-file.md', renderStudyFile(plugins))
writeFileSync('docs/reference/errors.md', renderErrors())
writeFileSync('docs/reference/warnings.md', renderWarnings())
writeFileSync('docs/reference/result.md', renderResult())
writeFileSync('docs/reference/cli.md', renderCli())
writeFileSync('docs/reference/fake-server.md', renderFakeServer())
